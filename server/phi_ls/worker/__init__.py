"""The inference worker: one process, one engine, one model. The only package that knows engines.

It is driven by `phi_ls.wire` messages over two pipes and never hears of LSP, editors or prompts. It imports the
standard library, numpy, a tokenizer and its one engine, so that it can run in another environment than the server.
"""
