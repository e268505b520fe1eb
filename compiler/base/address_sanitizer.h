// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dnncut {

// Is AddressSanitizer in this build? It reserves terabytes, keeps what was
// freed and takes its time: limits of memory and of time cannot hold then.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kAddressSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif
#else
inline constexpr bool kAddressSanitizer = false;
#endif

}  // namespace dnncut
