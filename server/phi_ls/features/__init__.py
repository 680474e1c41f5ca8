"""What a user gets, as plain data: inline completions, hovers and actions. No LSP, no engine."""
