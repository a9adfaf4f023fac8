#pragma once

// toml++ as our readers take it. To be included in sources only: it takes seconds to compile.

#define TOML_ENABLE_FORMATTERS 0  // only read: halves the time to compile
// Version 3.3.0 asserts that a key begins with a letter of keys before it has looked ("[!"), so that a file could abort
// a debug build. Without the assertion the very next lines report the error.
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>  // IWYU pragma: export
