#!/usr/bin/env bash
# scripts/setup against a pretended package manager: silent when all is there, installs exactly what is missing, one
# clear line where there is no apt-get.
#   setup_test.sh SETUP_SCRIPT
set -euo pipefail
setup="$1"
stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT
fail() { echo "setup_test: $1" >&2; exit 1; }

mkdir "$stage/bin"
for tool in bash env sed dirname grep; do ln -s "$(command -v "$tool")" "$stage/bin/$tool"; done
run() { env -i PATH="$stage/bin" STAGE="$stage" "$@" "$stage/bin/bash" "$setup" ${arguments[@]+"${arguments[@]}"} \
          > "$stage/out" 2> "$stage/err"; }
arguments=()

# Without apt-get: one line that names the packages.
if run; then fail "succeeded without apt-get"; fi
[[ "$(wc -l < "$stage/err")" == 1 ]] || fail "not one line without apt-get"
grep -q 'libhwloc-dev' "$stage/err" || fail "the line does not name the packages"
run ASSAY_SKIP_SETUP=1 || fail "ASSAY_SKIP_SETUP=1 did not skip"

# A package manager that has everything but what $STAGE/missing lists, and writes down what it is asked.
cat > "$stage/bin/dpkg-query" << 'STUB'
#!/usr/bin/env bash
if grep -qx -- "${!#}" "$STAGE/missing"; then exit 1; fi
echo -n installed
STUB
cat > "$stage/bin/apt-cache" << 'STUB'
#!/usr/bin/env bash
if [[ "$2" == npm ]]; then echo '  Candidate: (none)'; else echo '  Candidate: 1.0'; fi
STUB
cat > "$stage/bin/apt-get" << 'STUB'
#!/usr/bin/env bash
echo "$*" >> "$STAGE/asked"
[[ "$*" != *nodejs* ]]  # as where a Node of another origin conflicts
STUB
cat > "$stage/bin/sudo" << 'STUB'
#!/usr/bin/env bash
exec "$@"
STUB
chmod +x "$stage/bin/dpkg-query" "$stage/bin/apt-cache" "$stage/bin/apt-get" "$stage/bin/sudo"

: > "$stage/missing"
: > "$stage/asked"
run || fail "failed although nothing is missing"
[[ ! -s "$stage/out" && ! -s "$stage/err" && ! -s "$stage/asked" ]] || fail "not silent although nothing is missing"

printf 'libhwy-dev\nninja-build\n' > "$stage/missing"
run || fail "failed to install two packages"
grep -q '^update' "$stage/asked" || fail "did not refresh the package lists"
grep -qE '^install .* ninja-build libhwy-dev$' "$stage/asked" || fail "did not install exactly what is missing"
[[ ! -s "$stage/out" ]] || fail "wrote to stdout"

printf 'chromium\nnodejs\nnpm\n' > "$stage/missing"
: > "$stage/asked"
arguments=(--checks)
run || fail "failed for an optional package that is not offered"
grep -qE '^install .* chromium$' "$stage/asked" || fail "did not install the optional package that is offered"
grep -q 'nodejs cannot be installed' "$stage/err" || fail "did not say that an optional package conflicts"
grep -q 'npm is not offered' "$stage/err" || fail "did not say that npm is not offered"

# A library that kernels are compared by: asked for like the others, and done without where it cannot be had.
printf 'libblis4-openmp\n' > "$stage/missing"
: > "$stage/asked"
arguments=()
run || fail "failed to install an optional library"
grep -qE '^install .* libblis4-openmp$' "$stage/asked" || fail "did not install the optional library"
mv "$stage/bin/apt-cache" "$stage/apt-cache"
: > "$stage/asked"
run || fail "failed for an optional library that is not offered"
[[ ! -s "$stage/asked" ]] || fail "refreshed the package lists for what they do not offer"
grep -q 'libblis4-openmp is not offered' "$stage/err" || fail "did not say that an optional library is not offered"
mv "$stage/apt-cache" "$stage/bin/apt-cache"

arguments=(--nonsense)
if run; then fail "accepted an unknown argument"; fi
echo "setup_test: all good"
