# A place to try phi-ls
#
# Type below, and pause. Tab takes the grey text, Ctrl+Right a word of it, Escape dismisses it.
# Alt+\ asks for it by hand. "Phi: Why This Completion, or None" says where it came from.


def cheapest(basket):
    """Return the lowest price in the basket."""
    prices = [price for name, price in basket.items() if price > 0]
    return min(prices, default=None)


def dearest(basket):
    """Return the highest price in the basket."""
    prices =