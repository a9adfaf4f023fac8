#pragma once

#include <optional>

#include "analysis/run_document.hpp"
#include "scenarios/remote/remote_client.hpp"

namespace assay {

/// What a client knows of its last run.
struct RemoteEvidence {
  const RemoteClient::RunAccount& account;
  const RemoteErrorLog& errors;
  RemoteRecord record;  ///< what is known beforehand: protocol, counting, connections
};

/// Completes the document: the client's state, each class of errors with its count and a reason, and whether the client
/// itself was in the way.
void add_remote_findings(RunDocument& document, const RemoteEvidence& evidence);

}  // namespace assay
