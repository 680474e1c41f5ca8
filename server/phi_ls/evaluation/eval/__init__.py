"""`phi-ls eval`: what completions are worth on somebody's own code.

Pieces are taken out of real files (`holes`), filled through the pipeline that editors use (`filling`), and compared
with what had stood there (`metrics`, `statistics`). A file in HumanEval-Infilling's format is filled the same way and
judged by its own tests (`humaneval`, `sandbox`). Everything is seeded; a run can be broken off and resumed.
"""
