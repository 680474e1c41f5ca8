"""Code about which the scripted engine speaks slowly."""


def endless(radius):
    return radius


def drifting(radius):
    return radius
