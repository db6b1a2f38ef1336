"""The words of the product: frozen values with no behaviour beyond their algebra."""
