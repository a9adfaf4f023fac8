#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/audit_record.hpp"
#include "lab/console.hpp"
#include "lab/flow/lab_session.hpp"

namespace assay {

/// An audit that was made and of which nothing is written yet.
struct LabAudit {
  AuditRecord record;
  std::string command;  ///< that makes it again, without the path of any folder outside of the lab
};

/// An audit in the lab's folder.
struct WrittenAudit {
  std::string file;  ///< relative to the lab's folder
  RunFacts facts;
  std::map<std::string, std::string> attachments;  ///< name -> SHA-256
};

/// Systems by their ids or folders, two of them; those of the default where `systems` is empty. Throws LabRefusal:
/// bad_value for another number, not_yet where a run that is named was not made; CommandError (file) where a bundle of
/// this lab is not what the ledger says.
[[nodiscard]] std::vector<std::string> audit_places(const LabSession& session, const LabState& state, std::size_t part,
                                                    const std::vector<std::string>& systems);

/// Audits two systems in this process, as `assay audit` does. Throws CommandError: usage for systems that no audit
/// takes, file.
[[nodiscard]] LabAudit make_lab_audit(const LabSession& session, const std::vector<std::string>& places,
                                      Console& console);

/// Writes runs/STEM.audit.json with its charts and its page. Throws CommandError (file).
[[nodiscard]] WrittenAudit write_lab_audit(const LabSession& session, const LabAudit& audit, const std::string& stem);

}  // namespace assay
