#!/usr/bin/env bash
# Gets this checkout ready: scripts/setup.sh instructor|hub|site|dev
#
# The Makefile calls it before every target that needs Python. It makes .venv and installs the project into it with the
# named extra of pyproject.toml; a repeat finds that nothing changed and ends at once, without the network. System parts
# come through apt where this user may install; otherwise it prints the line for an administrator and goes on without.
# With CI set, a missing system part is an error.
set -euo pipefail
trap 'exit 130' INT TERM # pip answers Ctrl-C by itself: without this the script would go on after it
cd "$(dirname "$0")/.."

extra=${1:?say which extra of pyproject.toml to install: instructor, hub, site or dev}
oldest=$(sed -n 's/^requires-python = ">=\([0-9.]*\)"$/\1/p' pyproject.toml)
: "${oldest:?pyproject.toml has no line requires-python = \">=…\"}"
unset PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX # each would send modules past .venv

unfinished=.venv/.unfinished  # there while .venv is being made or filled: what an interruption leaves is not trusted
made_for=.venv/.made-for      # the folder and the Python that .venv belongs to; neither can be changed afterwards
apt_failed=.venv/.apt-failed  # apt was tried and failed: not tried again on every repeat
proxy=.venv/lib/proxy         # where JupyterHub's proxy is installed
stamp=.venv/.installed-$extra # the checksum of the pyproject.toml that was installed

say() { printf '%s\n' "$*"; }
die() {
  printf 'Set-up stopped: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

# --- Finding a Python -------------------------------------------------------------------------------------------------

# Prints "VERSION|PROGRAM" of a Python; nothing if it cannot run. Inside a virtual environment PROGRAM is the one it was
# made from: the active environment may be the very .venv that is about to be replaced.
identify() {
  "$1" -ES -c 'import os, sys
program = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
print("%d.%d.%d|%s" % (sys.version_info[:3] + (program,)))' 2>/dev/null || true
}

new_enough() { [ "$(printf '%s\n' "$oldest" "${1%%|*}" | sort -V | head -n 1)" = "$oldest" ]; }
can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# What .venv belongs to: the folder, the Python program and its minor version. A security update changes none of them.
owner() { printf '%s|%s|%s' "$PWD" "${1%.*|*}" "${1#*|}"; }

# Sets `found`: the first Python that is new enough and can make environments, else the first that is new enough.
find_python() {
  local candidates=(python3.14 python3.13 python3.12 python3.11 python3) candidate this seen=()
  [ -z "${PYTHON:-}" ] || candidates=("$PYTHON")
  found=
  for candidate in "${candidates[@]}"; do
    command -v "$candidate" >/dev/null || continue
    this=$(identify "$candidate")
    [ -n "$this" ] || continue # a version manager's stand-in for a Python that is not chosen here
    seen+=("$candidate is Python ${this%%|*} (${this#*|})")
    new_enough "$this" || continue
    : "${found:=$this}"
    if can_make_venv "${this#*|}"; then
      found=$this
      return
    fi
  done
  [ -z "$found" ] || return 0
  [ ${#seen[@]} -gt 0 ] || seen=("no Python that runs, looking for: ${candidates[*]}")
  die "this project needs Python $oldest or newer. Found:" "${seen[@]}" \
    "Install a newer Python, or name one that is not on the PATH by adding PYTHON=/path/to/python3 to the command."
}

# --- System parts -----------------------------------------------------------------------------------------------------

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Installs Debian packages if there is an apt that this user may use without a password.
apt_install() {
  local options=(-q -y --no-install-recommends -o Acquire::Retries=1 -o Acquire::http::Timeout=20) log
  command -v apt-get >/dev/null && as_root true 2>/dev/null || return 1
  say "Installing through apt: $*"
  options+=(-o DPkg::Lock::Timeout=120) # a machine that has just started may be updating itself
  get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" "$@" </dev/null 2>&1; }
  # A fresh machine has no package lists yet, an old one stale lists: fetch them only if the first try fails.
  if log=$(get install "$@" || { get update && get install "$@"; }); then return 0; fi
  say "apt could not install them; its last lines were:"
  printf '%s\n' "$log" | tail -n 3 | sed 's/^/  /'
  tried_apt=yes
  return 1
}

# Installs the Debian packages named, or says what is missing and how an administrator puts it right.
get_system_parts() {
  [ $# -gt 0 ] || return 0
  if [ ! -e $apt_failed ] && apt_install "$@"; then return 0; fi
  say "Missing system parts: $*"
  case " $* " in *" bubblewrap "*)
    say "  Without bubblewrap, students' code cannot be confined while it is marked." ;;
  esac
  case " $* " in *" nodejs "* | *" npm "*)
    say "  Without Node.js there is no proxy for JupyterHub, and so no 'make hub'." ;;
  esac
  case " $* " in *" chromium "*)
    say "  Without Chromium, the tests in a browser cannot run." ;;
  esac
  say "  On Debian or Ubuntu an administrator installs them with this line:"
  say "  sudo apt-get update && sudo apt-get install -y $*"
  [ -z "${CI:-}" ] || die "in CI every system part must be there."
}

# --- The virtual environment ------------------------------------------------------------------------------------------

# True if .venv was finished, still runs, and belongs to this folder, to its Python and, where PYTHON= names one, to
# that. One that somebody made by hand is kept, if it has pip.
venv_is_sound() {
  local this
  [ ! -e $unfinished ] || return 1
  this=$(identify .venv/bin/python)
  [ -n "$this" ] && new_enough "$this" || return 1
  [ -z "${PYTHON:-}" ] || [ "$(owner "$(identify "$PYTHON")")" = "$(owner "$this")" ] || return 1
  if [ -e $made_for ]; then
    [ "$(cat $made_for)" = "$(owner "$this")" ]
  else
    .venv/bin/python -c 'import pip' 2>/dev/null
  fi
}

make_venv() {
  local python=${found#*|}
  can_make_venv "$python" ||
    die "Python ${found%%|*} ($python) cannot make virtual environments: it lacks the modules venv and ensurepip." \
      "Have them installed (on Debian and Ubuntu: the line above)," \
      "or name another Python by adding PYTHON=/path/to/python3 to the command."
  [ ! -e .venv ] || say "The .venv here is unfinished, has moved or belongs to another Python: it is made anew"
  say "Making .venv with Python ${found%%|*} ($python)"
  rm -rf .venv/bin && rm -rf .venv # bin first: if this is cut short, what is left does not run and so is not trusted
  mkdir .venv
  : >$unfinished
  "$python" -m venv .venv || die "Python could not make .venv; its own message is above."
}

install_project() {
  local quiet=(-qq --progress-bar off)
  [ ! -t 1 ] || quiet=()
  say "Installing the project with its extra '$extra' (the first time: about 1 GB, a few minutes)"
  : >$unfinished
  # --prefer-binary: a fresh machine has no compiler.
  if ! .venv/bin/python -m pip --disable-pip-version-check --no-input install --prefer-binary \
    ${quiet[@]+"${quiet[@]}"} --editable ".[$extra]" </dev/null; then
    rm -f $unfinished # pip ended by itself and took back what it began: .venv is as it was
    die "pip could not install the packages that pyproject.toml names; its own message is above." \
      "Usual causes: no network, a proxy that pip does not know, a full disk (1.5 GB is enough)." \
      "Put that right and give the same command again; nothing needs to be deleted."
  fi
  owner "$(identify .venv/bin/python)" >$made_for
  printf '%s' "$wanted" >"$stamp"
  # `dev` contains `hub` and `site`, and each of these contains `instructor`.
  if [ "$extra" = dev ]; then
    printf '%s' "$wanted" >.venv/.installed-hub
    printf '%s' "$wanted" >.venv/.installed-site
  fi
  if [ "$extra" != instructor ]; then printf '%s' "$wanted" >.venv/.installed-instructor; fi
  rm -f $unfinished
}

# JupyterHub's proxy is a program for Node.js. Version 5 needs a newer Node.js than Debian 12 has.
install_proxy() {
  command -v npm >/dev/null || return 0 # said already
  say "Installing JupyterHub's proxy through npm"
  if ! npm install --no-audit --no-fund --loglevel=error --prefix $proxy configurable-http-proxy@4.6.3 </dev/null >&2; then
    say "npm could not install it; its own message is above. Without it there is no 'make hub'."
    [ -z "${CI:-}" ] || die "in CI every part must be there."
  fi
}

# --- The order of work ------------------------------------------------------------------------------------------------

# Two runs at once (make -j, two terminals) take turns. The script itself is what they lock: no file to clean up.
exec 9<"scripts/setup.sh"
if command -v flock >/dev/null && ! flock -n 9; then
  say "Another set-up of this checkout is running; waiting for it"
  flock 9
fi

parts=()
tried_apt=no
command -v bwrap >/dev/null || parts+=(bubblewrap)
needs_hub=no
case "$extra" in hub | dev) needs_hub=yes ;; esac
if [ $needs_hub = yes ]; then
  command -v node >/dev/null || parts+=(nodejs)
  command -v npm >/dev/null || parts+=(npm)
fi
if [ "$extra" = dev ]; then command -v chromium >/dev/null || parts+=(chromium); fi
remake=no
if ! venv_is_sound; then
  remake=yes
  find_python
  if ! can_make_venv "${found#*|}" && [[ ${found#*|} == /usr/bin/* ]]; then
    minor=${found%%|*}
    parts+=("python${minor%.*}-venv") # Debian keeps these modules in a package of their own
  fi
fi
get_system_parts ${parts[@]+"${parts[@]}"}
if [ $remake = yes ]; then make_venv; fi
if [ $tried_apt = yes ]; then : >$apt_failed; fi

wanted=$(cksum <pyproject.toml)
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then install_project; fi
if [ $needs_hub = yes ] && [ ! -x $proxy/node_modules/.bin/configurable-http-proxy ]; then install_proxy; fi
