#include "lab/floors_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "scenarios/serving/decoder_floors.hpp"
#include "scenarios/serving/request_lengths.hpp"

namespace assay {

namespace {

struct NamedFormats {
  std::string name;
  DecoderFormats formats;
};

/// GPUs compute in fp8; the kernels for CPUs in int8.
std::vector<NamedFormats> formats_of(const DeviceCeilings& device) {
  if (device.source == "datasheet") {
    return {{.name = "fp8 weights, bf16 head, fp8 cache",
             .formats = {.weights = WeightFormat::fp8, .head = WeightFormat::bf16, .kv = KvFormat::fp8}},
            {.name = "int4 weights, bf16 head, fp8 cache",
             .formats = {.weights = WeightFormat::int4, .head = WeightFormat::bf16, .kv = KvFormat::fp8}},
            {.name = "bf16 weights, bf16 cache", .formats = {}}};
  }
  return {{.name = "bf16 weights, bf16 cache", .formats = {}},
          {.name = "int8 weights and cache",
           .formats = {.weights = WeightFormat::int8, .head = WeightFormat::int8, .kv = KvFormat::int8}},
          {.name = "int4 weights, int8 cache",
           .formats = {.weights = WeightFormat::int4, .head = WeightFormat::int4, .kv = KvFormat::int8}}};
}

std::string milliseconds(double time_s) {
  const double ms = time_s * 1e3;
  return ms >= 100.0 ? fmt::format("{:.0f}", ms) : ms >= 1.0 ? fmt::format("{:.1f}", ms) : fmt::format("{:.3f}", ms);
}

std::string tokens(double per_second) {
  return per_second >= 1000.0 ? fmt::format("{:.0f}", per_second) : fmt::format("{:.1f}", per_second);
}

double giga(Bytes bytes) { return static_cast<double>(bytes.count) / 1e9; }

class FloorsText {
 public:
  FloorsText(const LlamaShape& shape, const DeviceCeilings& device, Charset charset)
      : shape_(shape), device_(device), formats_(formats_of(device)), no_room_(charset == Charset::utf8 ? "†" : "*") {}

  std::string text() {
    heading();
    parameters();
    bytes();
    for (const NamedFormats& formats : formats_) {
      decoding(formats);
    }
    prompts();
    room();
    offline();
    return std::move(text_);
  }

 private:
  template <class... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    text_ += fmt::format(format, std::forward<Values>(values)...) + '\n';
  }

  void heading() {
    line("Floors of {} on {}: arithmetic, nothing here was measured.", shape_.name, device_.name);
    line("Ceilings ({}): reading {}, 16-bit products {}, 8-bit products {}, memory {}", device_.source,
         format_bandwidth(device_.read.value), format_flops_per_second(device_.products.value),
         format_flops_per_second(device_.narrow_products.value),
         device_.memory.count > 0 ? format_bytes(device_.memory.count) : "not known");
  }

  void parameters() {
    line("\nParameters {}: {} layers of {}, embedding {}{}", format_count(shape_.parameters()), shape_.layers,
         format_count(shape_.layer_matrix_elements() + 2 * shape_.hidden),
         format_count(shape_.vocabulary * shape_.hidden),
         shape_.tied ? ", which is the head as well"
                     : fmt::format(", head {}", format_count(shape_.vocabulary * shape_.hidden)));
    line("Work of a token: layers {:.4g} Gflop, head {:.4g} Gflop, attention {:.4g} Mflop for each token that it sees",
         static_cast<double>(shape_.layers_work().count) / 1e9, static_cast<double>(shape_.head_work().count) / 1e9,
         static_cast<double>(shape_.attention_work(1).count) / 1e6);
  }

  void bytes() {
    line("\n{:<38} {:>14} {:>14} {:>16} {:>12}", "bytes", "read a step", "resident", "cache a token", "ridge batch");
    for (const auto& [name, formats] : formats_) {
      line("{:<38} {:>11.2f} GB {:>11.2f} GB {:>14} B {:>12.0f}", name, giga(shape_.streamed_bytes(formats)),
           giga(shape_.resident_bytes(formats)), shape_.kv_bytes_per_token(formats.kv).count,
           ridge_batch(shape_, formats, device_));
    }
  }

  void decoding(const NamedFormats& named) {
    constexpr std::array<std::uint64_t, 8> kBatches = {1, 8, 16, 32, 64, 128, 256, 512};
    line("\nDecoding, {}: ms a step / tokens a second ({} does not fit, c bound by products)", named.name, no_room_);
    std::string head = fmt::format("{:>8}", "context");
    for (const std::uint64_t batch : kBatches) {
      head += fmt::format(" {:>15}", fmt::format("batch {}", batch));
    }
    text_ += head + '\n';
    for (const std::uint64_t context : {512U, 2048U, 8192U}) {
      if (context > shape_.context) {
        continue;
      }
      std::string row = fmt::format("{:>8}", context);
      for (const std::uint64_t batch : kBatches) {
        const DecodeFloor floor = decode_floor(shape_, named.formats, device_, batch, context);
        const std::string cell = milliseconds(floor.step_s) + "/" + tokens(floor.tokens_per_s) +
                                 (floor.fits ? "" : no_room_) + (floor.compute_bound ? "c" : "");
        // A dagger is three bytes and one column.
        const std::size_t width = 15 + (floor.fits ? 0 : no_room_.size() - 1);
        row += ' ' + std::string(width > cell.size() ? width - cell.size() : 0, ' ') + cell;
      }
      text_ += row + '\n';
    }
  }

  [[nodiscard]] std::vector<WeightFormat> rates() const {
    return device_.source == "datasheet" ? std::vector{WeightFormat::bf16, WeightFormat::fp8}
                                         : std::vector{WeightFormat::bf16, WeightFormat::int8};
  }

  void prompts() {
    line("\nPrompts, bound by products (ms)");
    std::string head = fmt::format("{:>8}", "tokens");
    std::vector<std::uint64_t> lengths = {128, 512, 1024, 2048, 4096, 8192, 32'768};
    std::erase_if(lengths,
                  [&](std::uint64_t length) { return length > std::max<std::uint64_t>(shape_.context, 32'768); });
    for (const std::uint64_t length : lengths) {
      head += fmt::format(" {:>9}", length);
    }
    text_ += head + '\n';
    for (const WeightFormat weights : rates()) {
      std::string row = fmt::format("{:>8}", name_of(weights));
      for (const std::uint64_t length : lengths) {
        row += fmt::format(" {:>9}", milliseconds(prefill_floor_s(shape_, weights, device_, length)));
      }
      text_ += row + '\n';
    }
  }

  void room() {
    if (device_.memory.count == 0) {
      line("\nRoom for the cache: not available, the memory of this device is not known");
      return;
    }
    // Prompt and answer of the Azure conversations in the mean.
    constexpr double kConversation = 1155.0 + 211.0;
    line("\nRoom for the cache (memory - resident - {:.0f} GB)", giga(kDeviceReserve));
    for (const auto& [name, formats] : formats_) {
      const std::uint64_t tokens = kv_room_tokens(shape_, formats, device_.memory);
      if (tokens == 0) {
        line("{:<38} the weights do not fit", name);
        continue;
      }
      line("{:<38} {:>9} tokens: {:.0f} conversations, or {} reservations of the whole context of {}", name,
           format_count(tokens), static_cast<double>(tokens) / kConversation, tokens / shape_.context, shape_.context);
    }
  }

  void offline() {
    line("\nOffline, bound by products (answer tokens a second)");
    for (const RequestLength& length :
         {RequestLength{.prompt = 1155, .output = 211}, RequestLength{.prompt = 2048, .output = 28},
          RequestLength{.prompt = 294, .output = 294}, RequestLength{.prompt = 1000, .output = 1000},
          RequestLength{.prompt = 128, .output = 2048}}) {
      std::string row = fmt::format("{:>11}", fmt::format("{}/{}", length.prompt, length.output));
      for (const WeightFormat weights : rates()) {
        row += fmt::format("   {} {:>8}", name_of(weights),
                           tokens(offline_ceiling(shape_, weights, device_, length.prompt, length.output)));
      }
      text_ += row + '\n';
    }
  }

  const LlamaShape& shape_;
  const DeviceCeilings& device_;
  std::vector<NamedFormats> formats_;
  std::string no_room_;
  std::string text_;
};

}  // namespace

std::string floors_text(const LlamaShape& shape, const DeviceCeilings& device, Charset charset) {
  return FloorsText(shape, device, charset).text();
}

}  // namespace assay
