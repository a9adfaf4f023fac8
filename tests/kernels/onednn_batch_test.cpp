// A library that fails in the middle of a run.
#include "kernels/models/onednn_batch.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/array.hpp"

namespace assay {
namespace {

dnnl_status_t fails_to_execute(const_dnnl_primitive_t, dnnl_stream_t, int, const dnnl_exec_arg_t*) {
  return dnnl_runtime_error;
}

dnnl_status_t fails_to_point(dnnl_memory_t, void*) { return dnnl_invalid_arguments; }

Network two_layers() {
  NetworkBuilder build("two_layers", {.height = 5, .width = 5, .channels = 3});
  const std::size_t x =
      build.convolution("first", 0, {.channels = 8, .filter = {3, 3}, .activation = Activation::relu});
  build.convolution("head", x, {.channels = 4, .is_head = true});
  return build.take();
}

class OneDnnBatchFailure : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!onednn_api()) {
      GTEST_SKIP() << onednn_api().reason();
    }
    api_.emplace(*onednn_api());
    engine_.emplace(*api_);
    parameters_.emplace(*engine_, program_);
    batch_ = std::make_unique<OneDnnBatch>(*engine_, program_, *parameters_, 1);
    memory_ = Array<std::byte>(batch_->memory_bytes());
    scratchpad_ = Array<std::byte>(batch_->scratchpad_bytes() + 1);
    batch_->bind(memory_.data(), scratchpad_.data());
    image_.resize(network_.tensors[0].elements());
    outputs_.resize(network_.output_elements());
  }

  std::optional<OneDnnApi> api_;  // what a test makes fail
  Network network_ = two_layers();
  NetworkWeights weights_{network_, NetworkType::f32, 1};
  NetworkProgram program_{.network = network_, .weights = weights_, .max_batch = 1};
  std::optional<OneDnnEngine> engine_;
  std::optional<OneDnnParameters> parameters_;
  std::unique_ptr<OneDnnBatch> batch_;
  Array<std::byte> memory_;
  Array<std::byte> scratchpad_;
  std::vector<float> image_;
  std::vector<float> outputs_;
};

TEST_F(OneDnnBatchFailure, IsRememberedWithTheCallThatFailed) {
  batch_->load(image_.data());
  batch_->run(outputs_.data());
  EXPECT_FALSE(batch_->failed());
  EXPECT_EQ(batch_->failure(), "");
  const auto works = std::exchange(api_->primitive_execute, fails_to_execute);
  batch_->run_layer(0);
  api_->primitive_execute = works;
  batch_->run(outputs_.data());  // what went well later does not take it back
  EXPECT_TRUE(batch_->failed());
  EXPECT_EQ(batch_->failure(), "oneDNN: dnnl_primitive_execute returned status 5");
}

TEST_F(OneDnnBatchFailure, OfAnImageThatIsNotTakenCounts) {
  api_->memory_set_data_handle = fails_to_point;
  batch_->load(image_.data());
  EXPECT_EQ(batch_->failure(), "oneDNN: dnnl_memory_set_data_handle returned status 2");
}

TEST_F(OneDnnBatchFailure, OfTheHeadsCounts) {
  batch_->load(image_.data());
  api_->primitive_execute = fails_to_execute;
  batch_->run(outputs_.data());
  EXPECT_TRUE(batch_->failed());
}

}  // namespace
}  // namespace assay
