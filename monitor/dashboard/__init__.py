"""The screens' server: pages, forms, history. It reads the database, sends orders to the gateway, never writes."""
