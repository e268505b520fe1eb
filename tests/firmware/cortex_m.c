/* SPDX-License-Identifier: Apache-2.0 */
/* The self test as all that a Cortex-M runs: start, semihosting for what it
 * prints and for its end. A fault makes it fail, and unaligned accesses are
 * faults: on a Cortex-M0 always, on M3 and M4 because this asks for it. */
#include "self_test.h"

extern uint32_t bss_begin;
extern uint32_t bss_end;
extern uint32_t stack_top;

void reset(void);

static void semihosting(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

static void print(const char *text) { semihosting(0x04, text); }

static void finish(int passed) {
  /* ADP_Stopped_ApplicationExit, or ADP_Stopped_RunTimeErrorUnknown */
  semihosting(0x18, (const void *)(passed ? 0x20026u : 0x20023u));
  for (;;) {
  }
}

void self_test_failed(const char *check, uint32_t line) {
  char digits[] = "self_test.c:00000: ";
  uint32_t at;
  uint32_t rest = line;
  for (at = 16; at > 11u; --at) {
    digits[at] = (char)('0' + (rest % 10u));
    rest /= 10u;
  }
  print(digits);
  print(check);
  print("\n");
}

static void fault(void) {
  print("a fault\n");
  finish(0);
}

void reset(void) {
  /* CCR.UNALIGN_TRP; set for good on a Cortex-M0. */
  volatile uint32_t *const configuration = (volatile uint32_t *)0xE000ED14u;
  uint32_t *at;
  *configuration |= 8u;
  for (at = &bss_begin; at < &bss_end; ++at) {
    *at = 0;
  }
  finish(self_test() == 0u);
}

typedef void (*handler)(void);

/* The first two are the stack and the start; faults are 3 to 6. */
__attribute__((section(".vectors"), used)) static const handler vectors[16] = {
    (handler)(uintptr_t)&stack_top, reset, fault, fault, fault, fault, fault};
