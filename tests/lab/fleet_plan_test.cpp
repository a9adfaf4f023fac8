#include "lab/fleet_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using test_support::ScratchFolder;
using test_support::text_of;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// Texts with all that a shell, pdsh and clush read as their own.
const std::string kNasty = "/a b/$HOME/`id`/'x'/\"y\"/100%h/%n;&|*?/#~!\\";

FleetPlan plan(const std::string& path = "/shared/results") {
  return {.program = "/opt/assay",
          .suite = "edge",
          .suite_name = "edge",
          .node_list = "n[01-03]",
          .nodes = {"n01", "n02", "n03"},
          .out = path,
          .minutes = 30};
}

bool has_command(const std::string& name) {
  return std::system(("command -v " + name + " > /dev/null 2>&1").c_str()) == 0;
}

/// A program in the folder that writes what it was called with, one argument a line, to a file named after its count.
void make_stub(const std::string& path, const std::string& body) {
  std::ofstream(path) << "#!/bin/sh\n" << body;
  chmod(path.c_str(), 0755);
}

/// Runs a shell text with a pretended ssh that lets the words it was given be read by a shell, as sshd does, and with a
/// program that writes its arguments to "seen-NODE".
class FleetPlanRun : public ::testing::Test {
 protected:
  FleetPlanRun() {
    make_stub(folder / "ssh",
              "while [ \"$1\" != \"${1#-}\" ]; do [ \"$1\" = -o ] && shift; shift; done\n"
              "node=$1; shift\nexport NODE=$node\nexec sh -c \"$*\"\n");
    make_stub(folder / "program it's %n", "printf '%s\\n' \"$@\" > " + (folder / "seen-$NODE") + "\n");
  }

  int run(const std::string& shell_text) {
    std::ofstream(folder / "plan") << shell_text;
    const std::string command = "cd " + folder.path().string() + " && PATH=" + folder.path().string() +
                                ":$PATH NODE=n01 bash plan > out 2>&1 < /dev/null";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  FleetPlan nasty_plan() {
    FleetPlan nasty = plan(kNasty);
    nasty.program = folder / "program it's %n";
    nasty.suite = kNasty + ".toml";
    return nasty;
  }

  void expect_each_node_ran() {
    for (const std::string& node : plan().nodes) {
      EXPECT_EQ(text_of(folder / ("seen-" + node)), "suite\n" + kNasty + ".toml\n--wait\n--resume\n--out\n" + kNasty +
                                                        "/" + node + "\n--label\n" + node + "\n--progress\nplain\n")
          << text_of(folder / "out");
    }
  }

  ScratchFolder folder;
};

TEST_F(FleetPlanRun, PdshPassesEveryTextUnchanged) {
  if (!has_command("pdsh")) {
    GTEST_SKIP() << "pdsh is not installed";
  }
  EXPECT_EQ(run(fleet_plan_text(nasty_plan(), "pdsh")), 0);
  expect_each_node_ran();
}

TEST_F(FleetPlanRun, ClushPassesEveryTextUnchanged) {
  if (!has_command("clush")) {
    GTEST_SKIP() << "clush is not installed";
  }
  EXPECT_EQ(run(fleet_plan_text(nasty_plan(), "clush")), 0);
  expect_each_node_ran();
}

TEST_F(FleetPlanRun, ParallelPassesEveryTextUnchanged) {
  if (!has_command("parallel")) {
    GTEST_SKIP() << "parallel is not installed";
  }
  EXPECT_EQ(run("export HOME=$PWD\n" + fleet_plan_text(nasty_plan(), "parallel")), 0);
  expect_each_node_ran();
}

TEST_F(FleetPlanRun, SshListPassesEveryTextUnchanged) {
  FleetPlan nasty = nasty_plan();
  const std::string text = fleet_plan_text(nasty, "ssh-list");
  // The logs lie in the folder of the results, which is not to be made in the root of this machine.
  const std::string line = "out=" + shell_word(kNasty) + "\n";
  ASSERT_THAT(text, HasSubstr(line));
  std::string local = text;
  local.replace(local.find(line), line.size(), "out=logs\n");
  EXPECT_EQ(run(local), 0);
  expect_each_node_ran();
}

TEST_F(FleetPlanRun, SlurmScriptPassesEveryTextUnchanged) {
  // In place of srun: the same command for each node.
  make_stub(folder / "srun",
            "while [ \"$1\" != bash ]; do shift; done\n"
            "for node in n01 n02 n03; do NODE=$node SLURMD_NODENAME=$node \"$@\"; done\n");
  EXPECT_EQ(run(fleet_plan_text(nasty_plan(), "slurm")), 0);
  expect_each_node_ran();
}

TEST(FleetPlan, SlurmSaysWhatItWants) {
  FleetPlan wanted = plan();
  wanted.partition = "lab";
  const std::string text = fleet_plan_text(wanted, "slurm");
  for (const char* const line : {"#SBATCH --nodes=3\n", "#SBATCH --nodelist=n[01-03]\n",
                                 "#SBATCH --ntasks-per-node=1\n", "#SBATCH --exclusive\n", "#SBATCH --time=30\n",
                                 "#SBATCH --no-kill\n", "#SBATCH --partition=lab\n", "--kill-on-bad-exit=0"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, HasSubstr("assay fleet status /shared/results --nodes 'n[01-03]'"));
  wanted.array = true;
  EXPECT_THAT(fleet_plan_text(wanted, "slurm"), HasSubstr("#SBATCH --array=0-2\n#SBATCH --nodes=1\n"));
  EXPECT_THAT(fleet_plan_text(wanted, "slurm"), Not(HasSubstr("--nodelist")));
}

TEST(FleetPlan, StartsOneAfterTheOtherWhereAsked) {
  FleetPlan wanted = plan();
  wanted.stagger_s = 5;
  EXPECT_THAT(fleet_plan_text(wanted, "slurm"), HasSubstr("sleep \"$(( SLURM_NODEID * 5 ))\"; exec"));
  EXPECT_THAT(fleet_plan_text(wanted, "pdsh"), HasSubstr("sleep $(( %n * 5 )); exec ssh"));
  EXPECT_THAT(fleet_plan_text(wanted, "clush"), HasSubstr("sleep $(( %rank * 5 )); exec ssh"));
  EXPECT_THAT(fleet_plan_text(wanted, "parallel"), HasSubstr("--delay 5"));
  EXPECT_THAT(fleet_plan_text(wanted, "ssh-list"), HasSubstr("sleep 5\n"));
  EXPECT_THAT(fleet_plan_text(wanted, "ansible"), HasSubstr("index(inventory_hostname) * 5 }}"));
}

TEST(FleetPlan, AnsibleTextsAreJsonStrings) {
  FleetPlan wanted = plan("/a \"b\"/it's\\");
  EXPECT_THAT(fleet_plan_text(wanted, "ansible"), HasSubstr(R"(- "/a \"b\"/it's\\/{{ inventory_hostname }}")"));
}

TEST(FleetPlan, RefusesWhatCannotBeQuoted) {
  for (const std::string_view way : fleet_ways()) {
    EXPECT_THROW((void)fleet_plan_text(plan("/a\n#SBATCH --evil"), way), std::invalid_argument) << way;
  }
  EXPECT_THROW((void)fleet_plan_text(plan("/a{}b"), "parallel"), std::invalid_argument);
  EXPECT_THROW((void)fleet_plan_text(plan("/a{{b}}"), "ansible"), std::invalid_argument);
  EXPECT_THROW((void)fleet_plan_text(plan(), "telnet"), std::invalid_argument);
}

TEST(FleetPlan, QuotesWordsForTheShell) {
  EXPECT_EQ(shell_word("n01"), "n01");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("n[1-2]"), "'n[1-2]'");
}

}  // namespace
}  // namespace assay
