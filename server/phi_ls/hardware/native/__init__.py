"""Questions to drivers. Each module is a script of its own that imports the standard library only and prints JSON.

They run in a child with a time limit (`phi_ls.hardware.ask`), because a driver may hang or crash whoever asks it.
"""
