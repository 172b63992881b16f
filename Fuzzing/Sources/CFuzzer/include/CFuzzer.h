#pragma once
#include <stddef.h>
#include <stdint.h>

/// libFuzzer's entry for programs that have a main function of their own; the toolchain ships no header for it.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*callback)(const uint8_t *bytes, size_t count));
