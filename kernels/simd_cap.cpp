#include "kernels/simd_cap.hpp"

#include <fmt/format.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "harness/cpu_features.hpp"
#include "kernels/simd_choice.hpp"

namespace assay {
namespace {

/// Narrow before wide. What is not in the list (of another architecture) has rank 0.
int rank_of(std::string_view level) {
  constexpr std::array<std::string_view, 7> kLevels{"scalar", "ssse3", "sse", "avx2", "avx512", "neon", "sve"};
  for (const std::string_view family : {"avx512", "sve"}) {
    level = level.starts_with(family) ? family : level;
  }
  const auto* const found = std::ranges::find(kLevels, level);
  return found == kLevels.end() ? 0 : static_cast<int>(found - kLevels.begin());
}

/// The least level whose encoding an extension of simd_extensions() belongs to.
int rank_of_extension(std::string_view extension) {
  if (extension.starts_with("sse")) {
    return rank_of("sse");
  }
  if (extension.starts_with("avx512")) {
    return rank_of("avx512");
  }
  if (extension.starts_with("avx") || extension == "fma" || extension == "f16c") {
    return rank_of("avx2");
  }
  if (extension.starts_with("amx")) {
    return rank_of("avx512") + 1;  // no level of vectors has tiles
  }
  return rank_of(extension.starts_with("sve") ? "sve" : "neon");
}

// Highway's dispatch is state of the process, and this goes with it.
std::string& level_in_force() {
  static std::string level;
  return level;
}

}  // namespace

void cap_simd(std::string_view level) {
  const SimdChoice choice = simd_choice(level);
  // A lower bit is a better target.
  hwy::DisableTargets(choice.target - 1);
  level_in_force() = choice.name;
}

const std::string& simd_cap() { return level_in_force(); }

bool is_within_simd_cap(std::string_view simd) { return simd_cap().empty() || rank_of(simd) <= rank_of(simd_cap()); }

std::vector<std::string> usable_simd_extensions() { return within_simd_cap(simd_extensions()); }

std::vector<std::string> within_simd_cap(std::vector<std::string> extensions) {
  if (!simd_cap().empty()) {
    std::erase_if(extensions,
                  [](const std::string& extension) { return rank_of_extension(extension) > rank_of(simd_cap()); });
  }
  return extensions;
}

std::string reason_without(std::string_view extension) {
  const std::vector<std::string> here = simd_extensions();
  return !simd_cap().empty() && std::ranges::find(here, extension) != here.end()
             ? fmt::format("--simd {} keeps it away", simd_cap())
             : fmt::format("this processor has no {}", extension);
}

std::vector<std::pair<std::string, std::string>> library_settings(std::string_view level) {
  struct Setting {
    std::string_view level;
    const char* onednn;
    const char* openblas;
    const char* blis;  // arch_t of BLIS 0.9, which knows no names
    const char* xsmm;
  };
  // oneDNN, "CPU Dispatcher Control"; OpenBLAS, "DYNAMIC_ARCH"; BLIS, bli_type_defs.h: skx, haswell, penryn; LIBXSMM,
  // "LIBXSMM_TARGET", which writes no code below AVX.
  static constexpr std::array<Setting, 3> kSettings{{{"avx512", "AVX512_CORE_BF16", "SkylakeX", "0", "cpx"},
                                                     {"avx2", "AVX2", "Haswell", "3", "hsw"},
                                                     {"sse", "SSE41", "Nehalem", "5", "wsm"}}};
  if (level == "neon") {
    return {{"OPENBLAS_CORETYPE", "ARMV8"}};
  }
  const std::string_view family = level.starts_with("avx512") ? "avx512" : level;
  const auto* const found = std::ranges::find(kSettings, family, &Setting::level);
  if (found == kSettings.end()) {
    return {};
  }
  return {{"ONEDNN_MAX_CPU_ISA", found->onednn},
          {"DNNL_MAX_CPU_ISA", found->onednn},
          {"OPENBLAS_CORETYPE", found->openblas},
          {"BLIS_ARCH_TYPE", found->blis},
          {"LIBXSMM_TARGET", found->xsmm}};
}

std::string library_refusal() {
  return simd_cap() == "scalar" || simd_cap() == "ssse3" ? fmt::format("no library keeps to --simd {}", simd_cap())
                                                         : "";
}

}  // namespace assay
