import ArgumentParser
import GuestAccess
import HostSupport
import Machines
import Quantities
import SystemPackage

/// The command `quiver cp`.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp",
        abstract: "Copy files and directories into or out of a machine.",
        discussion: """
            Write a path in a machine as NAME:PATH. The sources are all on this host or all in one machine; the \
            destination is on the other side. In the guest, files are read and written as the image's default user, or as \
            root with --root. A slash at the end of a source directory means its contents. A destination that exists, \
            ends with a slash, or receives several files is a directory.

            Files copied from a machine have no set-user-id, set-group-id or sticky bits; devices, pipes and links that \
            point outside the copied directory are skipped.

              quiver cp notes.txt data vm1:/tmp/
              quiver cp --root vm1:/var/log/cloud-init.log .
            """,
    )

    @Flag(help: "Read and write as root in the guest, through sudo.")
    var root = false

    @Argument(help: ArgumentHelp("The files to copy, then the destination.", valueName: "source> ... <destination"))
    var paths: [String]

    func validate() throws {
        guard paths.count >= 2 else { throw ValidationError("cp needs at least one source and a destination") }
        guard !paths.contains("") else { throw ValidationError("a path is empty; use . for the current directory") }
    }

    func run() async throws {
        let sources = paths.dropLast().map(CopyPlace.init)
        let hostPaths = sources.compactMap(\.hostText).map(HostSource.init(text:))
        let guestPaths = sources.compactMap(\.guestPath)
        let names = Set(sources.compactMap(\.machine))
        switch CopyPlace(paths.last ?? "") {
        case .guest(let name, let target) where guestPaths.isEmpty:
            try await copy(with: name) { try await $0.upload(hostPaths, to: target) }
        case .host(let target) where hostPaths.isEmpty && names.count == 1:
            for name in names {
                try await copy(with: name) { copy in
                    try await copy.download(guestPaths, to: FilePath(target), isDirectory: target.hasSuffix("/"))
                }
            }
        default:
            let all = paths.joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "\(all): one side must be on this host and the other in a single machine, written NAME:PATH",
            )
        }
    }

    private func copy(with name: String, _ body: (GuestCopy) async throws -> Void) async throws {
        let (helper, ssh, user) = try await withAttachedMachine(name) { machine in
            // Without a network card there is only the helper.
            let ssh = machine.description.networks.isEmpty ? nil : try machine.ssh()
            return (try? machine.helper(), ssh, try machine.login().user)
        }
        defer { helper?.close() }
        let printer = StepPrinter()
        let start = ContinuousClock.now
        var copy = try await GuestCopy(answering: helper, ssh: ssh, user: root ? nil : user, guest: name)
        // Most copies end before anybody could read it.
        copy.onProgress = { if .now - start > .seconds(2) { printer.show($0) } }
        copy.onNote = { StandardError.write("quiver: \($0)") }
        do {
            try await body(copy)
            if .now - start > .seconds(2) { printer.finish("copied in \((.now - start).shortText)") }
        } catch let error as GuestAccessError where !root && error.message.contains("Permission denied") {
            throw CommandFailure(.failed, "\(error); use --root to copy as root", cause: error)
        }
    }
}

/// A place to copy from or to.
enum CopyPlace: Equatable {
    case host(String)
    case guest(name: String, path: String)

    /// Reads `NAME:PATH`; a colon after a slash is part of a path on this host.
    init(_ text: String) {
        let name = text.prefix { $0 != ":" && $0 != "/" }
        let rest = text[name.endIndex...]
        if !name.isEmpty, rest.hasPrefix(":") {
            self = .guest(name: String(name), path: String(rest.dropFirst()))
        } else {
            self = .host(text)
        }
    }

    var hostText: String? { if case .host(let path) = self { path } else { nil } }
    var guestPath: String? { if case .guest(_, let path) = self { path } else { nil } }
    var machine: String? { if case .guest(let name, _) = self { name } else { nil } }
}
