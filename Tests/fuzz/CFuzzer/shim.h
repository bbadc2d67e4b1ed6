#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer as a library (llvm.org, "libFuzzer"): runs until its arguments are fulfilled.
int LLVMFuzzerRunDriver(
    int *count, char ***arguments, int (*run)(const uint8_t *bytes, size_t count));
