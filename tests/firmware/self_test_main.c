/* SPDX-License-Identifier: Apache-2.0 */
/* The self test as a program of an operating system. */
#include <stdio.h>

#include "self_test.h"

void self_test_failed(const char *check, uint32_t line) {
  printf("self_test.c:%lu: %s\n", (unsigned long)line, check);
}

int main(void) {
  const uint32_t failures = self_test();
  printf("%lu checks failed\n", (unsigned long)failures);
  return (failures == 0u) ? 0 : 1;
}
