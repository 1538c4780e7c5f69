"""Sockets: device feed, screen feed, orders, health. Pure protocols, and thin drivers around them."""
