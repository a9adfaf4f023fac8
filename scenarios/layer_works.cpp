#include "scenarios/layer_works.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "kernels/models/layered_kernel.hpp"

namespace assay {

/// What the layers of one workload share.
struct LayerWorks::Shared {
  std::map<std::string, std::string> parameters;
  std::unique_ptr<Kernel> kernel;
  LayeredKernel* layers = nullptr;
  bool prepared = false;
};

namespace {

LayeredKernel* layers_of(Kernel& kernel) { return dynamic_cast<LayeredKernel*>(&kernel); }

std::string data_type_of(const Kernel& kernel) {
  const auto& parameters = kernel.identity().parameters;
  const auto dtype = parameters.find("dtype");
  return dtype == parameters.end() ? "f32" : dtype->second;
}

std::string text_of(const OutputCheck& check) {
  return check.passed ? fmt::format("ok {:.1e} (bound {:.1e})", check.worst_relative_error, check.tolerance)
                      : "wrong: " + check.detail;
}

}  // namespace

std::vector<RooflineSubject> LayerWorks::subjects(const KernelChoice& workload, int cpu, bool layers) {
  const std::unique_ptr<Kernel> kernel = workload.entry->make(workload.parameters);
  const LayeredKernel* const layered = layers_of(*kernel);
  RooflineSubject subject{.id = fmt::format("dot/{}/1t", workload.entry->name),
                          .kind = SubjectKind::dot,
                          .kernel = workload.entry->name,
                          .parameters = kernel->identity().parameters,
                          .dtype = data_type_of(*kernel),
                          .mix = workload.entry->name,
                          .cpus = {cpu}};
  std::vector<RooflineSubject> subjects{subject};
  if (!layers) {
    return subjects;
  }
  if (layered == nullptr) {
    throw std::invalid_argument(fmt::format("{} has no layers: see assay list workloads", workload.entry->name));
  }
  for (std::size_t i = 0; i < layered->layer_count(); ++i) {
    const std::string name = fmt::format("{:02} {}", i, layered->layer(i).name);
    subject.id = fmt::format("dot/{}/layer/{}/1t", workload.entry->name, name);
    std::ranges::replace(subject.id, ' ', '-');
    subject.parameters[kLayerParameter] = name;
    subject.mix = name;
    subjects.push_back(subject);
  }
  return subjects;
}

namespace {

/// One layer, on the kernel that all share; they are all on the same thread.
template <class Shared>
class LayerWork final : public SubjectWork {
 public:
  LayerWork(std::shared_ptr<Shared> shared, std::size_t layer) : shared_(std::move(shared)), layer_(layer) {}

  void prepare(std::size_t /*thread*/, std::uint64_t seed) override {
    if (!std::exchange(shared_->prepared, true)) {
      shared_->kernel->prepare(seed);
    }
  }

  void run(std::size_t /*thread*/, std::uint64_t iterations) noexcept override {
    for (std::uint64_t i = 0; i < iterations; ++i) {
      shared_->layers->run_layer(layer_);
    }
  }

  void before_turn() override { shared_->layers->run_up_to_layer(layer_); }

  void describe(RooflineSubject& subject) const override {
    const LayeredKernel::LayerFigures figures = shared_->layers->layer(layer_);
    const KernelIdentity& identity = shared_->kernel->identity();
    subject.kernel = identity.name;
    subject.kernel_version = identity.version;
    const std::string name = subject.parameters.at(kLayerParameter);
    subject.parameters = identity.parameters;
    subject.parameters[kLayerParameter] = name;
    subject.work_unit = name_of(shared_->kernel->work_unit());
    subject.work_per_iteration = static_cast<double>(figures.work.count);
    subject.traffic_bytes_per_iteration = static_cast<double>(figures.traffic.count);
    subject.bus_bytes_per_iteration = static_cast<double>(figures.bus_traffic.count);
    subject.working_set_bytes = figures.traffic.count;
  }

  std::string check() override {
    const OutputCheck check = shared_->layers->check_layer(layer_);
    return shared_->kernel->failed() ? "wrong: " + shared_->kernel->failure() : text_of(check);
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::size_t layer_;
};

}  // namespace

std::unique_ptr<SubjectWork> LayerWorks::make(const RooflineSubject& subject) {
  const auto layer = subject.parameters.find(kLayerParameter);
  const KernelEntry* const entry = find_kernel(subject.kernel);
  if (layer == subject.parameters.end() || entry == nullptr) {
    return nullptr;
  }
  std::map<std::string, std::string> parameters = subject.parameters;
  parameters.erase(kLayerParameter);
  if (shared_ == nullptr || shared_->parameters != parameters) {
    shared_ = std::make_shared<Shared>();
    shared_->parameters = parameters;
    shared_->kernel = entry->make(parameters);
    shared_->layers = layers_of(*shared_->kernel);
  }
  std::size_t index = 0;
  const std::string& text = layer->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (shared_->layers == nullptr || error != std::errc{} || index >= shared_->layers->layer_count()) {
    throw std::invalid_argument(fmt::format("{} has no layer '{}'", subject.kernel, text));
  }
  return std::make_unique<LayerWork<Shared>>(shared_, index);
}

}  // namespace assay
