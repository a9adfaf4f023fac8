#pragma once

#include "analysis/audit_record.hpp"
#include "analysis/html.hpp"

namespace assay {

// The sections of the audit's page, each with its heading.

[[nodiscard]] Html audit_roofline_section(const AuditRecord& record);
[[nodiscard]] Html audit_throughput_section(const AuditRecord& record);
[[nodiscard]] Html audit_pareto_section(const AuditRecord& record);
[[nodiscard]] Html audit_metric_section(const AuditRecord& record);
[[nodiscard]] Html audit_fairness_section(const AuditRecord& record);
[[nodiscard]] Html audit_systems_section(const AuditRecord& record);

/// A table: columns' names, then for each row its own name and the cells. On a narrow screen each row becomes a list of
/// named values.
class AuditTable {
 public:
  AuditTable(const std::string& caption, std::vector<std::string> columns);
  void begin_row(const Html& name);
  void cell(const Html& value);
  void text_cell(std::string_view text);
  [[nodiscard]] Html finish();

 private:
  std::vector<std::string> columns_;
  std::size_t at_ = 0;
  bool row_is_open_ = false;
  Html out_;
};

/// Letter and name, and the kind as a chip.
[[nodiscard]] Html audit_system_name(const AuditSystem& system);

}  // namespace assay
