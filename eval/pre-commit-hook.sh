#!/bin/sh
# Git hook: a commit that touches eval/ must hold the gates. Install it with
#     install -m 755 eval/pre-commit-hook.sh .git/hooks/pre-commit
# What is about to be committed is judged, not what lies in the working tree. Settings are options of this one command:
# change it when you change how you translate, and the commit says whether that was a good idea.
set -eu
if git diff --cached --quiet -- eval; then
    exit 0
fi
staged=$(mktemp -d)
trap 'rm -rf "$staged"' EXIT
git ls-files -z -- eval | git checkout-index -z --stdin --prefix="$staged/"
cd "$staged"
xlate eval eval/news --baseline eval/baseline.jsonl --out out --max-drop chrf=2 --max-flags any=10% --quiet
