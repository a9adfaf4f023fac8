// Networks by oneDNN. A primitive is made for one number of images and for the number of threads that OpenMP has while
// it is made, so both are settled here: one thread, and a program each for 1, 2, 4 and 8 images that share their
// weights wherever the library chooses the same layout for them.
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/models/network_executor.hpp"
#include "kernels/models/onednn_batch.hpp"
#include "kernels/onednn_api.hpp"

namespace assay {
namespace {

class OneDnnNetwork final : public NetworkExecutor {
 public:
  OneDnnNetwork(const OneDnnApi& api, const NetworkProgram& program) : api_(api), program_(program) {
    const OpenMpThreads::One one(api_.threads);
    std::size_t memory = 0;
    std::size_t scratchpad = 1;
    for (std::size_t images = 1; images <= program.max_batch; images *= 2) {
      programs_.push_back(std::make_unique<OneDnnBatch>(engine_, program_, parameters_, images));
      memory = std::max(memory, programs_.back()->memory_bytes());
      scratchpad = std::max(scratchpad, programs_.back()->scratchpad_bytes());
    }
    memory_ = Array<std::byte>(memory);
    scratchpad_ = Array<std::byte>(scratchpad);
    for (const auto& batch : programs_) {
      batch->bind(memory_.data(), scratchpad_.data());
    }
    output_elements_ = program.network.output_elements();
    outputs_ = Array<float>(output_elements_ * program.max_batch);
    image_bytes_ = program.network.tensor_bytes(0, program.weights.type()).count;
    if (program.max_batch > 1) {
      images_ = Array<std::byte>(image_bytes_ * programs_.back()->images());
    }
  }

  void run(std::span<const void* const> images) noexcept override {
    const OpenMpThreads::One one(api_.threads);
    std::size_t done = 0;
    while (done < images.size()) {
      std::size_t which = programs_.size() - 1;
      while (programs_[which]->images() > images.size() - done) {
        --which;
      }
      OneDnnBatch& batch = *programs_[which];
      const void* data = images[done];
      if (batch.images() > 1) {
        for (std::size_t i = 0; i < batch.images(); ++i) {
          std::memcpy(images_.data() + i * image_bytes_, images[done + i], image_bytes_);
        }
        data = images_.data();
      }
      batch.load(data);
      batch.run(outputs_.data() + done * output_elements_);
      done += batch.images();
    }
  }

  [[nodiscard]] std::span<const float> output(std::size_t slot) const noexcept override {
    return outputs_.span().subspan(slot * output_elements_, output_elements_);
  }

  [[nodiscard]] bool failed() const noexcept override {
    return std::ranges::any_of(programs_, [](const auto& batch) { return batch->failed(); });
  }
  [[nodiscard]] std::string failure() const override {
    const auto batch = std::ranges::find_if(programs_, [](const auto& each) { return each->failed(); });
    return batch == programs_.end() ? "" : (*batch)->failure();
  }

  void load(const void* image) noexcept override {
    const OpenMpThreads::One one(api_.threads);
    programs_.front()->load(image);
  }
  void run_layer(std::size_t layer) noexcept override {
    const OpenMpThreads::One one(api_.threads);
    programs_.front()->run_layer(layer);
  }
  void read(std::size_t tensor, std::span<float> values) noexcept override {
    const OpenMpThreads::One one(api_.threads);
    programs_.front()->read(tensor, values);
  }

 private:
  const OneDnnApi& api_;
  NetworkProgram program_;
  OneDnnEngine engine_{api_};
  OneDnnParameters parameters_{engine_, program_};
  std::vector<std::unique_ptr<OneDnnBatch>> programs_;  ///< for 1, 2, 4 ... images
  Array<std::byte> memory_;
  Array<std::byte> scratchpad_;
  Array<std::byte> images_;
  Array<float> outputs_;
  std::size_t output_elements_ = 0;  ///< of an image
  std::size_t image_bytes_ = 0;
};

Reading<std::string> offer(NetworkType /*type*/) {
  const Reading<OneDnnApi>& api = onednn_api();
  if (!api) {
    return Unavailable{api.reason()};
  }
  return api->text;
}

std::unique_ptr<NetworkExecutor> executor(const NetworkProgram& program) {
  return std::make_unique<OneDnnNetwork>(*onednn_api(), program);
}

}  // namespace

const NetworkLibrary& onednn_network() {
  static const NetworkLibrary library{"onednn", "libdnnl2", offer, executor};
  return library;
}

}  // namespace assay
