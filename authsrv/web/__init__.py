"""The page toolbox: forms, HTML, headers, answers, who is visiting."""
