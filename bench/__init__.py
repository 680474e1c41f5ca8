"""What `make bench` measures on the machine it runs on: typing, server, engines, peers, equality, real scale.

Figures are ratios within one run wherever that is possible. No part of the installed package: it imports the engines
and their peers directly, and draws with matplotlib.
"""
