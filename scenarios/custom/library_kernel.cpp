#include "scenarios/custom/library_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernels/shared_library.hpp"
#include "scenarios/custom/answer_check.hpp"
#include "scenarios/custom/assay_workload.h"
#include "scenarios/custom/workload_limits.hpp"

namespace assay {

struct WorkloadFunctions {
  decltype(&assay_workload_version) version = nullptr;
  decltype(&assay_workload_describe) describe = nullptr;
  decltype(&assay_workload_create) create = nullptr;
  decltype(&assay_workload_prepare) prepare = nullptr;
  decltype(&assay_workload_run) run = nullptr;
  decltype(&assay_workload_destroy) destroy = nullptr;
  decltype(&assay_workload_reference) reference = nullptr;  ///< may be absent, as those below
  decltype(&assay_workload_verify) verify = nullptr;
  decltype(&assay_workload_error) error = nullptr;

  [[nodiscard]] std::string words(const assay_workload* instance) const {
    const char* const text = error == nullptr ? nullptr : error(instance);
    return text == nullptr || *text == '\0' ? "it does not say why" : one_line(text);
  }
};

namespace {

template <class Function>
void require_function(const SharedLibrary& library, const std::string& file, const char* name, Function& into) {
  into = library.function<Function>(name);
  if (into == nullptr) {
    throw std::runtime_error(fmt::format(
        "lib:{}: has no function {}; define it as assay_workload.h declares it, in C or extern \"C\"", file, name));
  }
}

/// Strings and pointers to them, as the interface takes parameters.
class ParameterList {
 public:
  explicit ParameterList(const std::map<std::string, std::string>& parameters) {
    for (const auto& [name, value] : parameters) {
      list_.push_back({.name = name.c_str(), .value = value.c_str()});
    }
  }
  [[nodiscard]] const assay_workload_parameter* data() const { return list_.data(); }
  [[nodiscard]] std::size_t size() const { return list_.size(); }

 private:
  std::vector<assay_workload_parameter> list_;
};

std::string problem_of(const assay_workload_info& info) {
  if (info.sample_count == 0 || info.sample_count > kMostSamples) {
    return fmt::format("sample_count is {}: must be 1 to {}", info.sample_count, kMostSamples);
  }
  if (info.max_batch > kMostBatch) {
    return fmt::format("max_batch is {}: must be at most {}", info.max_batch, kMostBatch);
  }
  if (info.flops_per_sample > kMostWork) {
    return fmt::format("flops_per_sample is {}: must be at most {}", info.flops_per_sample, kMostWork);
  }
  if (info.bytes_per_sample > kMostWork) {
    return fmt::format("bytes_per_sample is {}: must be at most {}", info.bytes_per_sample, kMostWork);
  }
  if (info.answer_count > ASSAY_WORKLOAD_ANSWER_MAX) {
    return fmt::format("answer_count is {}: must be at most {}", info.answer_count, ASSAY_WORKLOAD_ANSWER_MAX);
  }
  if (!(info.tolerance >= 0.0 && info.tolerance < 1.0)) {
    return fmt::format("tolerance is {}: must be within 0 and 1", info.tolerance);
  }
  return "";
}

class LibraryKernel final : public Kernel {
 public:
  LibraryKernel(std::shared_ptr<const WorkloadLibrary> library, const WorkloadFunctions& functions,
                const CustomWorkload& workload, const assay_workload_info& info)
      : library_(std::move(library)),
        functions_(functions),
        info_(info),
        answers_(std::max<std::uint64_t>(1, info.max_batch) * info.answer_count) {
    identity_ = {.name = workload.shown(),
                 .version = static_cast<int>(std::clamp<std::uint32_t>(info.workload_version, 1, 1'000'000)),
                 .parameters = identity_parameters(workload),
                 .facts = {}};
    const ParameterList parameters(workload.parameters);
    instance_ = functions_.create(parameters.data(), parameters.size());
    if (instance_ == nullptr) {
      throw std::runtime_error(fmt::format("{}: made no instance: {}", identity_.name, functions_.words(nullptr)));
    }
  }
  ~LibraryKernel() override { functions_.destroy(instance_); }

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  [[nodiscard]] Flops work() const override { return {info_.flops_per_sample}; }
  [[nodiscard]] Bytes traffic() const override { return {info_.bytes_per_sample}; }
  [[nodiscard]] Bytes memory_per_worker() const override { return {}; }
  [[nodiscard]] std::size_t sample_count() const override { return info_.sample_count; }
  [[nodiscard]] std::size_t max_batch() const override { return std::max<std::uint64_t>(1, info_.max_batch); }

  void prepare(std::uint64_t seed) override {
    if (functions_.prepare(instance_, seed) != 0) {
      throw std::runtime_error(fmt::format("{}: prepare failed: {}", identity_.name, functions_.words(instance_)));
    }
  }

  void run(std::span<const std::uint32_t> samples) noexcept override {
    failed_ = failed_ || functions_.run(instance_, samples.data(), samples.size(), answers_.data()) != 0;
  }
  [[nodiscard]] bool failed() const noexcept override { return failed_; }
  [[nodiscard]] std::string failure() const override {
    return failed_ ? fmt::format("{}: run failed: {}", identity_.name, functions_.words(instance_)) : "";
  }

  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override {
    Probe probe{};
    std::copy_n(answers_.begin() + static_cast<std::ptrdiff_t>(slot * info_.answer_count), info_.answer_count,
                probe.begin());
    return probe;
  }
  [[nodiscard]] bool has_reference() const override {
    return functions_.reference != nullptr && info_.answer_count > 0;
  }
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override {
    Probe probe{};
    if (functions_.reference(instance_, sample, probe.data()) != 0) {
      throw std::runtime_error(
          fmt::format("{}: reference({}) failed: {}", identity_.name, sample, functions_.words(instance_)));
    }
    return probe;
  }
  [[nodiscard]] double tolerance() const override {
    return info_.tolerance > 0.0 ? info_.tolerance : kDefaultAnswerTolerance;
  }

  [[nodiscard]] OutputCheck verify() override {
    if (functions_.verify != nullptr && functions_.verify(instance_) != 0) {
      return {.tolerance = tolerance(), .detail = "its own check says: " + functions_.words(instance_)};
    }
    return check_first_answer(*this);
  }

 private:
  std::shared_ptr<const WorkloadLibrary> library_;  ///< the functions are its
  const WorkloadFunctions& functions_;
  assay_workload_info info_;
  KernelIdentity identity_;
  assay_workload* instance_ = nullptr;
  std::vector<float> answers_;
  bool failed_ = false;
};

assay_workload_info described(const WorkloadFunctions& functions, const CustomWorkload& workload,
                              std::string& refusal) {
  assay_workload_info info{};
  info.struct_size = sizeof(info);
  const ParameterList parameters(workload.parameters);
  refusal.clear();
  if (functions.describe(parameters.data(), parameters.size(), &info) != 0) {
    refusal = "it does not take these parameters: " + functions.words(nullptr);
  } else if (const std::string problem = problem_of(info); !problem.empty()) {
    refusal = "its description makes no sense: " + problem;
  }
  return info;
}

}  // namespace

WorkloadLibrary::WorkloadLibrary(const std::string& file) : functions_(std::make_unique<WorkloadFunctions>()) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw std::runtime_error(
        fmt::format("lib:{}: there is no such file; build the library and name its path, e.g. lib:./libmine.so", file));
  }
  // As a path: a bare name would be looked for in the system's own folders.
  const std::string path = std::filesystem::absolute(file).string();
  const Reading<SharedLibrary> library = SharedLibrary::open({path.c_str()});
  if (!library) {
    throw std::runtime_error(fmt::format("lib:{}: the loader says: {}; build it with cc -shared -fPIC for this machine",
                                         file, one_line(library.reason())));
  }
  require_function(*library, file, "assay_workload_version", functions_->version);
  if (const std::uint32_t version = functions_->version(); version != ASSAY_WORKLOAD_VERSION) {
    throw std::runtime_error(
        fmt::format("lib:{}: speaks version {} of the interface, this program {}; build it again with this program's "
                    "assay_workload.h",
                    file, version, ASSAY_WORKLOAD_VERSION));
  }
  require_function(*library, file, "assay_workload_describe", functions_->describe);
  require_function(*library, file, "assay_workload_create", functions_->create);
  require_function(*library, file, "assay_workload_prepare", functions_->prepare);
  require_function(*library, file, "assay_workload_run", functions_->run);
  require_function(*library, file, "assay_workload_destroy", functions_->destroy);
  functions_->reference = library->function<decltype(&assay_workload_reference)>("assay_workload_reference");
  functions_->verify = library->function<decltype(&assay_workload_verify)>("assay_workload_verify");
  functions_->error = library->function<decltype(&assay_workload_error)>("assay_workload_error");
}

WorkloadLibrary::~WorkloadLibrary() = default;

std::string WorkloadLibrary::refusal(const CustomWorkload& workload) const {
  std::string refusal;
  (void)described(*functions_, workload, refusal);
  return refusal;
}

std::unique_ptr<Kernel> WorkloadLibrary::make(const std::shared_ptr<const WorkloadLibrary>& library,
                                              const CustomWorkload& workload) {
  std::string refusal;
  const assay_workload_info info = described(*library->functions_, workload, refusal);
  if (!refusal.empty()) {
    throw std::invalid_argument(fmt::format("{}: {}", workload.shown(), refusal));
  }
  return std::make_unique<LibraryKernel>(library, *library->functions_, workload, info);
}

}  // namespace assay
