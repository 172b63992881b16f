#pragma once
#include <jansson.h>

/// json_typeof is a macro, which Swift cannot import.
static inline json_type cjansson_type(const json_t *value) { return json_typeof(value); }

/// json_decref is inline and increments through atomics that Swift's importer skips on some platforms.
static inline void cjansson_release(json_t *value) { json_decref(value); }

/// error->text is a fixed array, which Swift sees as a tuple of 160 members.
static inline const char *cjansson_error_text(const json_error_t *error) { return error->text; }

/// JSON_REJECT_DUPLICATES and similar macros have different types.
static inline json_t *cjansson_load(const char *bytes, size_t count, json_error_t *error) {
    return json_loadb(bytes, count, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, error);
}
