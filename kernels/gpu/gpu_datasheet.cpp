#include "kernels/gpu/gpu_datasheet.hpp"

#include <array>

namespace assay {

namespace {

struct NamedCard {
  std::string_view beginning;  ///< of the name that CUDA gives
  std::string_view id;
};

// Names as drivers print them. The SXM board of the H100 has HBM3; "NVIDIA H100 PCIe" and "NVIDIA H100 NVL" are others.
constexpr std::array<NamedCard, 7> kCards{{{"NVIDIA H100 80GB HBM3", "h100-sxm"},
                                           {"NVIDIA H200 NVL", ""},
                                           {"NVIDIA H200", "h200"},
                                           {"NVIDIA B200", "b200"},
                                           {"NVIDIA A100-SXM4-80GB", "a100-80g"},
                                           {"Tesla V100-SXM2", "v100"},
                                           {"Tesla T4", "t4"}}};

}  // namespace

std::string_view datasheet_of_gpu(std::string_view cuda_name) {
  for (const NamedCard& card : kCards) {
    if (cuda_name.starts_with(card.beginning)) {
      return card.id;
    }
  }
  return {};
}

}  // namespace assay
