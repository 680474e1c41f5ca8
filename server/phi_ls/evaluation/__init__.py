"""Measurements that drive phi-ls from above, as a user does. Figures are printed, never asserted."""
