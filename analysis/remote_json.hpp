#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "analysis/format.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/run_remote.hpp"

namespace assay {

/// The member "remote" of a run file: null where no server was driven.
[[nodiscard]] nlohmann::ordered_json remote_json(const std::optional<RemoteRecord>& remote);

/// Nothing where the member is absent or null. Throws std::runtime_error naming the member for one that cannot be.
[[nodiscard]] std::optional<RemoteRecord> read_remote(const Field& field);

/// "openai at http://127.0.0.1:8000/v1, 16 connections, tokens by usage of each chunk, ...": the client in one line.
[[nodiscard]] std::string remote_sentence(const RemoteRecord& remote, Charset charset);

}  // namespace assay
