"""The server's view of the model: which candidate runs, the worker that runs it, and who may use it next."""
