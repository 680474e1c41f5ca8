"""A worker whose engine is elsewhere: an OpenAI-compatible server that the user has named.

It speaks the same messages as any worker, in a process of its own, so that the language server itself opens no socket.
Only the address that was loaded is ever asked; redirects are refused. The key comes from the environment or the keyring
of the operating system and never crosses the pipe.
"""

from phi_ls.worker.remote.serve import run

__all__ = ["run"]
