#include "scenarios/subject_catalogue.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "kernels/dial.hpp"
#include "kernels/stream.hpp"

namespace assay {

namespace {

bool streams(const RooflineSubject& subject) { return subject.kernel == "stream" || subject.kernel == "dial"; }

StreamZones zones_of(const RooflineSubject& subject) {
  const auto parameters = kernel_parameters_of(subject);
  return subject.kernel == "stream" ? Stream::zones_of(stream_settings(parameters))
                                    : Dial<double>::zones_of(dial_settings<double>(parameters));
}

std::unique_ptr<Kernel> make_sharing(const RooflineSubject& subject, std::shared_ptr<StreamMemory> memory) {
  const auto parameters = kernel_parameters_of(subject);
  if (subject.kernel == "stream") {
    auto settings = stream_settings(parameters);
    settings.memory = std::move(memory);
    return std::make_unique<Stream>(std::move(settings));
  }
  auto settings = dial_settings<double>(parameters);
  settings.memory = std::move(memory);
  return std::make_unique<Dial<double>>(std::move(settings));
}

}  // namespace

std::map<std::string, std::string> kernel_parameters_of(const RooflineSubject& subject) {
  auto parameters = subject.parameters;
  parameters.erase(kNumaNode);
  return parameters;
}

SubjectCatalogue::SubjectCatalogue(const std::vector<RooflineSubject>& plan, Clock& clock) : team_works_(clock) {
  for (const RooflineSubject& subject : plan) {
    if (!streams(subject) || !subject.unavailable.empty()) {
      continue;
    }
    const StreamZones zones = zones_of(subject);
    for (const int cpu : subject.cpus) {
      auto& shared = shared_[key_of(subject, cpu)];
      if (shared == nullptr) {
        shared = std::make_unique<Shared>();
        shared->pages = subject.pages == "small" ? Pages::small : Pages::huge;
        if (const auto node = subject.parameters.find(kNumaNode); node != subject.parameters.end()) {
          shared->numa_node = std::stoi(node->second);
        }
      }
      shared->zones = covering(shared->zones, zones);
    }
  }
}

SubjectCatalogue::Key SubjectCatalogue::key_of(const RooflineSubject& subject, int cpu) {
  const auto node = subject.parameters.find(kNumaNode);
  return {cpu, subject.pages, node == subject.parameters.end() ? std::string{} : node->second};
}

std::shared_ptr<StreamMemory> SubjectCatalogue::memory_of(const Key& key) const {
  Shared& shared = *shared_.at(key);
  if (shared.memory == nullptr) {
    shared.memory = std::make_shared<StreamMemory>(shared.zones, shared.pages, shared.numa_node);
  }
  return shared.memory;
}

std::unique_ptr<SubjectWork> SubjectCatalogue::make(const RooflineSubject& subject) {
  if (auto team = team_works_.make(subject)) {
    return team;
  }
  if (auto layer = layer_works_.make(subject)) {
    return layer;
  }
  if (streams(subject)) {
    return make_kernel_work(subject.cpus.size(), [this, subject](std::size_t member) {
      return make_sharing(subject, memory_of(key_of(subject, subject.cpus[member])));
    });
  }
  const KernelEntry* const entry = find_kernel(subject.kernel);
  if (entry == nullptr) {
    throw std::invalid_argument(fmt::format("{}: there is no kernel '{}'", subject.id, subject.kernel));
  }
  return make_kernel_work(subject.cpus.size(), [entry, parameters = kernel_parameters_of(subject)](std::size_t) {
    return entry->make(parameters);
  });
}

void SubjectCatalogue::prepare_memory(int cpu, std::uint64_t seed) const {
  for (const auto& [key, shared] : shared_) {
    if (std::get<0>(key) == cpu) {
      memory_of(key)->fill(seed);
    }
  }
}

Bytes SubjectCatalogue::shared_bytes() const {
  Bytes sum;
  for (const auto& [key, shared] : shared_) {
    sum = sum + StreamMemory::total(shared->zones, shared->pages);
  }
  return sum;
}

}  // namespace assay
