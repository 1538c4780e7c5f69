"""The screens' server: pages, forms and history. It reads the database, sends orders to the gateway, and never writes."""
