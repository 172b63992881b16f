#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Reads TOML and returns it as JSON text; dates and times are strings, as infinities are.
///
/// On failure returns NULL and sets `problem`, `line` and `column`, which count from 1. The caller frees the returned
/// text, or the problem.
char *ctoml_json(const char *text, size_t length, char **problem, unsigned *line, unsigned *column);

#ifdef __cplusplus
}
#endif
