"""Tables: the Iceberg catalog, and the engines that query them."""
