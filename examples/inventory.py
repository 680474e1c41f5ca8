"""A small stock of goods, to try phi-ls on."""

from collections import defaultdict


class Inventory:
    def __init__(self):
        self.items = defaultdict(int)

    def add(self, name, count=1):
        if count < 0:
            raise ValueError("count must not be negative")
        self.items[name] += count

    def remove(self, name, count=1):
        if self.items[name] < count:
            raise KeyError(name)
        self.items[name] -= count

    def total(self):
        result = 0
        for name in self.items:
            result += self.items[name]
        return result

    def names(self):
        return sorted(
