import HostSupport
import LibC
import QAPI
import SystemPackage
import Testing

@testable import Machines

/// The choice of an accelerator with a program in QEMU's place that answers its trial as a host might.
@Suite struct AcceleratorTests {
    /// What the program does, what comes of it, and how often it is run when the question is asked twice.
    static let answers: [(script: String, reason: String?, runs: Int)] = [
        ("echo quiver", nil, 1),
        ("echo 'no such accelerator' >&2; exit 1", "no such accelerator", 1),
        ("echo 'Could not access KVM kernel module: Device or resource busy' >&2; exit 1", "resource busy", 2),
        ("echo 'cannot set up guest memory: Cannot allocate memory' >&2; exit 1", "allocate memory", 2),
        ("kill -9 $$", "did not start", 2),
        ("exec sleep 600", "hung", 2),
    ]

    @Test(arguments: answers)
    func `auto rejects what runs no guest, says why, and remembers what will not pass`(
        script: String,
        reason: String?,
        runs: Int,
    ) async throws {
        try await withTrials(script) { trials, count in
            let first = try await trials.choose(.automatic, machine: "m")
            let second = try await trials.choose(.automatic, machine: "m")
            for verdict in [first, second] {
                #expect((verdict.accelerator == .tcg) == (reason != nil))
                #expect(verdict.rejected.count == (reason == nil ? 0 : 1))
                if let reason { #expect(verdict.rejected.first?.reason.contains(reason) == true, "\(verdict)") }
            }
            #expect(first.isNew && second.isNew == (runs == 2))
            #expect(try count() == runs)
        }
    }

    @Test func `a wish for an accelerator that runs no guest is an error with the reason`() async throws {
        try await withTrials("echo 'no such accelerator' >&2; exit 1") { trials, _ in
            let wish = try await trials.choose(.automatic, machine: "m").rejected[0].accelerator
            let error = await #expect(throws: MachineError.self) {
                try await trials.choose(.only(wish), machine: "m")
            }
            #expect(error?.code == .acceleratorUnusable)
            #expect(error?.message.contains("no such accelerator") == true, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        ("processor\t: 0\nflags\t\t: fpu vme de vmx sse\nvmx flags\t: vnmi\n", false),
        ("flags : fpu svm\n", false),
        ("flags\t\t: fpu vme hypervisor\nvmx flags\t: vnmi\n", true),
        ("processor\t: 0\nFeatures\t: fp asimd\n", false),
        ("", false),
    ])
    func `a processor that offers no virtualisation needs no trial`(list: String, isRejected: Bool) async throws {
        try await withTrials("echo quiver") { trials, count in
            try WholeFile.write(list.utf8, to: trials.processorList)
            let verdict = try await trials.choose(.automatic, machine: "m")
            #if os(Linux)
                #expect((verdict.accelerator == .tcg) == isRejected)
                #expect(try count() == (isRejected ? 0 : 1))
                if isRejected { #expect(verdict.rejected.first?.reason.contains("neither vmx nor svm") == true) }
            #endif
        }
    }

    @Test(
        arguments: [
            (
                "KVM internal error. Suberror: 1\nextra data[0]: 0x1\nemulation failure\nRAX=0 RBX=0\n",
                "KVM internal error. Suberror: 1, emulation failure"
            ),
            ("KVM: entry failed, hardware error 0x80000021\nRAX=0\n", "KVM: entry failed, hardware error 0x80000021"),
            ("warning: something\nerror: kvm run failed Bad address\nRAX=0\n", "error: kvm run failed Bad address"),
            ("qemu: terminating on signal 15\n", nil),
        ] as [(String, String?)]
    )
    func `what QEMU says of a guest that it cannot execute is found in its log`(log: String, words: String?) {
        #expect(AcceleratorFailure(log: log)?.words == words)
    }

    @Test func `an answer is that of one program, and lost with its file`() throws {
        let directory = FilePath("/tmp/quiver-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try Directory.create(directory)
        defer { try? Directory.removeTree(directory) }
        let memory = AcceleratorMemory(cache: directory)
        memory.remember(.init(reason: "because"), for: "one")
        memory.remember(.init(reason: nil), for: "two")
        #expect(memory.answer(for: "one")?.reason == "because")
        #expect(memory.answer(for: "two")?.reason == nil && memory.answer(for: "two") != nil)
        #expect(memory.answer(for: "three") == nil)
        try WholeFile.write("no JSON".utf8, to: directory.appending("accelerators.json"))
        #expect(memory.answer(for: "one") == nil)

        let program = directory.appending("qemu")
        let qemu = QEMUInstallation(architecture: .host, program: program)
        try WholeFile.write("one".utf8, to: program)
        let before = AcceleratorMemory.key(qemu: qemu, accelerator: .kvm)
        #expect(before == AcceleratorMemory.key(qemu: qemu, accelerator: .kvm))
        #expect(before != AcceleratorMemory.key(qemu: qemu, accelerator: .hvf))
        try WholeFile.write("another".utf8, to: program)
        #expect(before != AcceleratorMemory.key(qemu: qemu, accelerator: .kvm))
    }

    /// Runs the body with trials of a program that does what the script says, and the number of its runs so far.
    private func withTrials(
        _ script: String,
        _ body: (AcceleratorTrials, () throws -> Int) async throws -> Void,
    ) async throws {
        try await ScratchHome.with { home in
            try Directory.create(home.cache)
            let (program, runs, device) = (
                home.data.appending("qemu"), home.data.appending("runs"), home.data.appending("kvm")
            )
            try WholeFile.write("".utf8, to: device)
            try WholeFile.write(
                "#!/bin/sh\necho run >>\(runs)\n\(script)\n".utf8,
                to: program,
                mode: [.ownerReadWriteExecute],
            )
            let qemu = QEMUInstallation(architecture: .host, program: program)
            var trials = AcceleratorTrials(qemu: qemu, cache: home.cache, deadline: .seconds(5))
            trials.kvmDevice = device
            // There is none at first: what the host's own processor can do is not asked.
            trials.processorList = home.data.appending("cpuinfo")
            try await body(trials) { (try? WholeFile.readText(runs))?.split(separator: "\n").count ?? 0 }
        }
    }
}
