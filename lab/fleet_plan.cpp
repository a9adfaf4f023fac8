#include "lab/fleet_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace assay {

namespace {

/// The command of one node. `node` is put in unquoted: a name, or a placeholder that becomes one.
std::string suite_command_line(const FleetPlan& plan, std::string_view node) {
  return fmt::format("{} suite {} --wait --resume --out {}/{} --label {} --progress plain", shell_word(plan.program),
                     shell_word(plan.suite), shell_word(plan.out), node, node);
}

std::string opening(const FleetPlan& plan, std::string_view how) {
  return fmt::format(
      "# Written by assay fleet plan: suite {} on {} {}. {}\n"
      "# Each node writes below its own name; where a whole result is there already nothing is measured, so this may "
      "be\n"
      "# started again for those that are missing. Needs no root, no daemon and no port. Afterwards:\n"
      "#   assay fleet status {} --nodes {}\n",
      plan.suite_name, plan.nodes.size(), plan.nodes.size() == 1 ? "node" : "nodes", how, shell_word(plan.out),
      shell_word(plan.node_list));
}

std::string slurm_text(const FleetPlan& plan) {
  std::string text = "#!/bin/bash\n" + opening(plan, "Submit it with sbatch.");
  text += fmt::format("#SBATCH --job-name=assay\n");
  if (plan.array) {
    // Whichever nodes are free: a list of nodes would wait until all of them are.
    text += fmt::format("#SBATCH --array=0-{}\n#SBATCH --nodes=1\n", plan.nodes.size() - 1);
  } else {
    text += fmt::format("#SBATCH --nodes={}\n#SBATCH --nodelist={}\n", plan.nodes.size(), plan.node_list);
  }
  text += fmt::format(
      "#SBATCH --ntasks-per-node=1\n"
      "#SBATCH --exclusive\n"
      "#SBATCH --mem=0\n"
      "#SBATCH --time={}\n"
      "#SBATCH --no-kill\n"  // a node that dies does not take the others with it
      "#SBATCH --output=assay-fleet-%j.log\n",
      plan.minutes);
  if (!plan.partition.empty()) {
    text += fmt::format("#SBATCH --partition={}\n", plan.partition);
  }
  text += fmt::format("set -u\nexport ASSAY_PROGRAM={} ASSAY_SUITE={} ASSAY_OUT={}\n", shell_word(plan.program),
                      shell_word(plan.suite), shell_word(plan.out));
  if (plan.stagger_s > 0) {
    text += plan.array ? fmt::format("sleep \"$(( SLURM_ARRAY_TASK_ID * {} ))\"\n", plan.stagger_s) : "";
  }
  const std::string pause =
      plan.stagger_s > 0 && !plan.array ? fmt::format("sleep \"$(( SLURM_NODEID * {} ))\"; ", plan.stagger_s) : "";
  // --cpu-bind=none: the machine is measured as a whole; the suite places its own threads.
  text += fmt::format(
      "srun --ntasks-per-node=1 --no-kill --kill-on-bad-exit=0 --wait=0 --cpu-bind=none bash -c \\\n"
      "  '{}exec \"$ASSAY_PROGRAM\" suite \"$ASSAY_SUITE\" --wait --resume --out \"$ASSAY_OUT/$SLURMD_NODENAME\" "
      "--label \"$SLURMD_NODENAME\" --progress plain'\n",
      pause);
  return text;
}

/// '%' begins a placeholder of pdsh and clush.
std::string with_doubled_percent(std::string_view text) {
  std::string doubled;
  for (const char c : text) {
    doubled += c;
    if (c == '%') {
      doubled += c;
    }
  }
  return doubled;
}

/// The plan whose texts mean themselves to a tool that knows '%h'.
FleetPlan with_doubled_percent(FleetPlan plan) {
  for (std::string* const text : {&plan.program, &plan.suite, &plan.out}) {
    *text = with_doubled_percent(*text);
  }
  return plan;
}

std::string pause_before(const FleetPlan& plan, std::string_view rank) {
  return plan.stagger_s == 0 ? "" : fmt::format("sleep $(( {} * {} )); ", rank, plan.stagger_s);
}

/// What runs here for each node, for a tool that fills in '%h' and the number of the node: one ssh.
std::string local_command(const FleetPlan& plan, std::string_view number) {
  const std::string remote = "exec " + suite_command_line(with_doubled_percent(plan), "%h");
  return pause_before(plan, number) + "exec ssh -n -o BatchMode=yes %h " + shell_word(remote);
}

// The module "exec" of both tools starts a command here, so that the nodes need neither, and knows placeholders, which
// their other modules do not.

std::string pdsh_text(const FleetPlan& plan) {
  return opening(plan, "Run it where ssh reaches the nodes.") +
         fmt::format("pdsh -R exec -S -w {} -f {} -u {} sh -c {}\n", shell_word(plan.node_list), plan.nodes.size(),
                     60 * plan.minutes, shell_word(local_command(plan, "%n")));
}

std::string clush_text(const FleetPlan& plan) {
  return opening(plan, "Run it where ssh reaches the nodes.") +
         fmt::format("clush -R exec -S -w {} -f {} -u {} {}\n", shell_word(plan.node_list), plan.nodes.size(),
                     60 * plan.minutes, shell_word(local_command(plan, "%rank")));
}

void require_no_braces(const FleetPlan& plan, std::string_view way) {
  for (const std::string& text : {plan.program, plan.suite, plan.out}) {
    if (text.find('{') != std::string::npos) {
      throw std::invalid_argument(
          fmt::format("--via {} would read the braces in '{}' as its own; use a path without them", way, text));
    }
  }
}

std::string parallel_text(const FleetPlan& plan) {
  require_no_braces(plan, "parallel");
  const std::string remote = "exec " + suite_command_line(plan, "{}");
  const std::string delay = plan.stagger_s > 0 ? fmt::format(" --delay {}", plan.stagger_s) : "";
  return opening(plan, "Run it where ssh reaches the nodes; GNU parallel.") +
         fmt::format("parallel --jobs {} --tag{} --timeout {} {} ::: {}\n", plan.nodes.size(), delay, 60 * plan.minutes,
                     shell_word("ssh -n -o BatchMode=yes {} " + shell_word(remote)), fmt::join(plan.nodes, " "));
}

std::string ssh_list_text(const FleetPlan& plan) {
  std::string text = "#!/bin/sh\n" + opening(plan, "Run it where ssh reaches the nodes.");
  text += fmt::format("out={}\nmkdir -p \"$out\" || exit 5\n", shell_word(plan.out));
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    const std::string& node = plan.nodes[i];
    if (i > 0 && plan.stagger_s > 0) {
      text += fmt::format("sleep {}\n", plan.stagger_s);
    }
    text += fmt::format("timeout {} ssh -n -o BatchMode=yes {} {} > \"$out\"/{}.log 2>&1 &\n", 60 * plan.minutes, node,
                        shell_word("exec " + suite_command_line(plan, node)), node);
  }
  return text + "wait\n";
}

/// A text of YAML in double quotes: JSON's strings are such.
std::string yaml_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string ansible_text(const FleetPlan& plan) {
  require_no_braces(plan, "ansible");
  const std::string host = "{{ inventory_hostname }}";
  std::string argv;
  for (const std::string& word : {plan.program, std::string("suite"), plan.suite, std::string("--wait"),
                                  std::string("--resume"), std::string("--out"), plan.out + "/" + host,
                                  std::string("--label"), host, std::string("--progress"), std::string("plain")}) {
    argv += fmt::format("            - {}\n", yaml_text(word));
  }
  std::string text = opening(plan, fmt::format("Run it with: ansible-playbook --forks {} --inventory {}, PLAYBOOK",
                                               plan.nodes.size(), fmt::join(plan.nodes, ",")));
  text += "- hosts: all\n  gather_facts: false\n  strategy: free\n  tasks:\n";
  if (plan.stagger_s > 0) {
    text += fmt::format(
        "    - name: one after the other\n      ansible.builtin.pause:\n        seconds: \"{{{{ "
        "ansible_play_hosts_all.index(inventory_hostname) * {} }}}}\"\n",
        plan.stagger_s);
  }
  text += fmt::format(
      "    - name: assay suite\n      ansible.builtin.command:\n        argv:\n{}      async: {}\n      poll: 10\n"
      "      register: measured\n      # 3: measured, and INVALID\n      failed_when: measured.rc not in [0, 3]\n",
      argv, 60 * plan.minutes);
  return text;
}

struct Way {
  std::string_view name;
  std::string (*text)(const FleetPlan& plan);
};
constexpr std::array kWays{Way{"slurm", slurm_text},       Way{"pdsh", pdsh_text},
                           Way{"clush", clush_text},       Way{"parallel", parallel_text},
                           Way{"ssh-list", ssh_list_text}, Way{"ansible", ansible_text}};

}  // namespace

std::vector<std::string_view> fleet_ways() {
  std::vector<std::string_view> names;
  names.reserve(kWays.size());
  for (const Way& way : kWays) {
    names.push_back(way.name);
  }
  return names;
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:@%+";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string word = "'";
  for (const char c : text) {
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return word + "'";
}

std::string fleet_plan_text(const FleetPlan& plan, std::string_view way) {
  for (const std::string& text : {plan.program, plan.suite, plan.out, plan.suite_name}) {
    // A line break would end a comment or a line that a tool reads.
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; })) {
      throw std::invalid_argument("a path with control characters cannot stand in a plan; use another one");
    }
  }
  const auto* const found = std::ranges::find(kWays, way, &Way::name);
  if (found == kWays.end()) {
    throw std::invalid_argument(fmt::format("--via {}: known are {}", way, fmt::join(fleet_ways(), ", ")));
  }
  return found->text(plan);
}

}  // namespace assay
