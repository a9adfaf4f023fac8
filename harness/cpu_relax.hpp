#pragma once

namespace assay {

/// Tells the core that this thread spins, so that it saves power and leaves its sibling thread room.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

}  // namespace assay
