#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/attention_loop.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// Attention of one new token over a cache of keys and values: the part of a large language model's decode step that
/// streams the cache from memory. Element is that of the cache, float or BFloat16. A sample is the queries of one
/// token; all meet the same cache.
template <class Element>
class Attention : public Kernel {
 public:
  static constexpr std::size_t kMostHeads = 256;
  static constexpr std::size_t kLargestDim = 512;
  static constexpr std::size_t kLongestContext = 16384;  ///< beyond it the bound of tolerance() would prove little

  struct Shape {
    std::size_t heads = 32;
    std::size_t cache_heads = 8;  ///< heads of the cache; a divisor of heads
    std::size_t dim = 128;        ///< of a head
    std::size_t context = 4096;   ///< tokens in the cache
  };
  /// Throws std::invalid_argument unless heads is a multiple of cache_heads, dim and context multiples of
  /// kRowColumnStep, and all in their ranges.
  explicit Attention(Shape shape);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  /// 4 heads context dim, the scaling, and the softmax counted as in softmax.hpp.
  [[nodiscard]] Flops work() const override {
    return {shape_.heads * attention_head_operations(shape_.dim, shape_.context)};
  }
  /// The cache and the queries read, the outputs written; the scores stay in cache.
  [[nodiscard]] Bytes traffic() const override;
  [[nodiscard]] Bytes bus_traffic() const override;
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  /// Standard deviation of a mean of `context` deviates uniform in [-1, 1).
  [[nodiscard]] double output_scale() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<float> output() { return outputs_.span(); }

 private:
  static constexpr std::size_t kSamples = 8;

  [[nodiscard]] std::size_t cache_size() const { return shape_.cache_heads * shape_.context * shape_.dim; }
  [[nodiscard]] std::size_t width() const { return shape_.heads * shape_.dim; }
  [[nodiscard]] std::size_t group() const { return shape_.heads / shape_.cache_heads; }
  [[nodiscard]] std::vector<double> reference(std::uint32_t sample, std::size_t head) const;

  Shape shape_;
  KernelIdentity identity_;
  Array<float> queries_;  ///< kSamples x heads x dim
  Array<Element> keys_;   ///< cache_heads x context x dim
  Array<Element> values_;
  Array<float> workspace_;
  Array<float> outputs_;  ///< heads x dim
};

extern template class Attention<float>;
extern template class Attention<BFloat16>;

[[nodiscard]] std::unique_ptr<Kernel> make_attention(const std::map<std::string, std::string>& parameters);

}  // namespace assay
