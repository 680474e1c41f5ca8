"""Prompts, one profile for each way in which a family of models was trained.

Control tokens come from the templates only: whatever a file holds travels as `wire.Text`, which can never become
one. The parts that change least come first, and typing appends to the last part, so that a model reads only what
was typed.
"""

from phi_ls.prompt.profile import DocumentRequest, ExplainRequest, Profile, Prompt, TaskRequest
from phi_ls.prompt.profiles import profile, profiles

__all__ = ["DocumentRequest", "ExplainRequest", "Profile", "Prompt", "TaskRequest", "profile", "profiles"]
