#include "analysis/machine_json.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

ordered_json threads_json(const std::vector<HardwareThread>& threads) {
  ordered_json out{{"os_index", ordered_json::array()},  {"core", ordered_json::array()},
                   {"smt_rank", ordered_json::array()},  {"package", ordered_json::array()},
                   {"numa_node", ordered_json::array()}, {"core_kind", ordered_json::array()},
                   {"allowed", ordered_json::array()}};
  for (const HardwareThread& thread : threads) {
    out["os_index"].push_back(thread.os_index);
    out["core"].push_back(thread.core);
    out["smt_rank"].push_back(thread.smt_rank);
    out["package"].push_back(thread.package);
    out["numa_node"].push_back(thread.numa_node);
    out["core_kind"].push_back(thread.core_kind);
    out["allowed"].push_back(thread.allowed);
  }
  return out;
}

std::vector<HardwareThread> read_threads(const Field& field) {
  constexpr std::array kColumns{"os_index", "core", "smt_rank", "package", "numa_node", "core_kind"};
  std::array<std::vector<int>, kColumns.size()> columns;
  const auto allowed = field.member("allowed").elements();
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    columns[i] = field.member(kColumns[i]).small_integers();
    if (columns[i].size() != allowed.size()) {
      field.fail("seven arrays of equal length");
    }
  }
  std::vector<HardwareThread> threads;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    threads.push_back({.os_index = columns[0][i],
                       .core = columns[1][i],
                       .smt_rank = columns[2][i],
                       .package = columns[3][i],
                       .numa_node = columns[4][i],
                       .core_kind = columns[5][i],
                       .allowed = allowed[i].boolean()});
  }
  return threads;
}

CheckState read_state(const Field& field) {
  const std::string name = field.text();
  for (const CheckState state : {CheckState::ok, CheckState::note, CheckState::warn, CheckState::stop,
                                 CheckState::not_applicable, CheckState::not_visible}) {
    if (name == name_of(state)) {
      return state;
    }
  }
  field.fail("the state of a check");
}

}  // namespace

ordered_json machine_json(const Machine& machine, const MachineIdentity& identity) {
  ordered_json caches = ordered_json::array();
  for (const CacheLevel& cache : machine.data_caches) {
    caches.push_back({{"level", cache.level},
                      {"size_bytes", cache.size.count},
                      {"line_bytes", cache.line.count},
                      {"sharing_cores", cache.sharing_cores},
                      {"instances", cache.instance_count}});
  }
  return {{"label", identity.label},
          {"id", identity.id},
          {"class", identity.machine_class},
          {"cpu",
           {{"model", machine.cpu_model},
            {"architecture", machine.architecture},
            {"isa", machine.isa},
            {"packages", machine.package_count},
            {"cores", machine.core_count},
            {"numa_nodes", machine.numa_node_count},
            {"hardware_threads", threads_json(machine.hardware_threads)},
            {"data_caches", caches}}},
          {"memory_bytes", machine.memory_total.count},
          {"os", machine.operating_system},
          {"kernel", machine.kernel_release},
          {"virtualization", machine.virtualization},
          {"not_visible", machine.not_visible}};
}

ordered_json conditions_json(const RunConditions& conditions) {
  ordered_json findings = ordered_json::array();
  for (const Finding& finding : conditions.findings) {
    findings.push_back({{"check", finding.check},
                        {"state", name_of(finding.state)},
                        {"fact", finding.fact},
                        {"consequence", json_text_or_null(finding.consequence)},
                        {"source", finding.source},
                        {"remedy", json_text_or_null(finding.remedy)},
                        {"undo", json_text_or_null(finding.undo)}});
  }
  return {{"findings", findings}};
}

void read_machine(const Field& field, Machine& machine, MachineIdentity& identity) {
  identity = {.label = field.member("label").text(),
              .id = field.member("id").text(),
              .machine_class = field.member("class").text()};
  const Field cpu = field.member("cpu");
  machine.cpu_model = cpu.member("model").text();
  machine.architecture = cpu.member("architecture").text();
  machine.isa = cpu.member("isa").texts();
  machine.package_count = cpu.member("packages").small_integer();
  machine.core_count = cpu.member("cores").small_integer();
  machine.numa_node_count = cpu.member("numa_nodes").small_integer();
  machine.hardware_threads = read_threads(cpu.member("hardware_threads"));
  for (const Field& cache : cpu.member("data_caches").elements()) {
    machine.data_caches.push_back({.level = cache.member("level").small_integer(),
                                   .size = {cache.member("size_bytes").count()},
                                   .line = {cache.member("line_bytes").count()},
                                   .sharing_cores = cache.member("sharing_cores").small_integer(),
                                   .instance_count = cache.member("instances").small_integer()});
  }
  machine.memory_total = {field.member("memory_bytes").count()};
  machine.operating_system = field.member("os").text();
  machine.kernel_release = field.member("kernel").text();
  machine.virtualization = field.member("virtualization").text();
  machine.not_visible = field.member("not_visible").texts();
}

RunConditions read_conditions(const Field& field) {
  RunConditions conditions;
  for (const Field& finding : field.member("findings").elements()) {
    conditions.findings.push_back({.check = finding.member("check").text(),
                                   .state = read_state(finding.member("state")),
                                   .fact = finding.member("fact").text(),
                                   .consequence = finding.member("consequence").text_or_empty(),
                                   .source = finding.member("source").text(),
                                   .remedy = finding.member("remedy").text_or_empty(),
                                   .undo = finding.member("undo").text_or_empty()});
  }
  return conditions;
}

}  // namespace assay
