import ArgumentParser
import GuestAccess
import Machines
import SystemPackage

/// The command `quiver cp`.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cp",
        abstract: "Copy files and directories into a machine or out of it.",
        discussion: """
            A path in a machine is written NAME:PATH; what is copied is on one side, and the place to copy to on the other. \
            The guest's side is done by the image's default user, or by root with --root.
              quiver cp notes.txt data vm1:/tmp/
              quiver cp --root vm1:/var/log/cloud-init.log .
            """,
    )

    @Flag(help: "Read or write as root in the machine, through sudo.")
    var root = false

    @Argument(help: ArgumentHelp("What to copy, and where to.", valueName: "source> ... <destination"))
    var paths: [String]

    func validate() throws {
        guard paths.count >= 2 else { throw ValidationError("cp needs what to copy and where to") }
    }

    func run() async throws {
        let sources = paths.dropLast().map(CopyPlace.init)
        let hostPaths = sources.compactMap(\.hostPath)
        let guestPaths = sources.compactMap(\.guestPath)
        let names = Set(sources.compactMap(\.machine))
        switch CopyPlace(paths.last ?? "") {
        case .guest(let name, let target) where guestPaths.isEmpty:
            try await copy(with: name) { try await $0.upload(hostPaths, to: target, asRoot: root) }
        case .host(let target) where hostPaths.isEmpty && names.count == 1:
            for name in names {
                try await copy(with: name) { try await $0.download(guestPaths, to: FilePath(target), asRoot: root) }
            }
        default:
            let all = paths.joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "of \(all) what is copied must be in one machine, written NAME:PATH, and the last one here, or the other way",
            )
        }
    }

    private func copy(with name: String, _ body: (SSHEndpoint) async throws -> Void) async throws {
        let endpoint = try await withAttachedMachine(name) { try $0.ssh() }
        do {
            try await body(endpoint)
        } catch let error as GuestAccessError where !root && error.message.contains("Permission denied (13)") {
            throw CommandFailure(.failed, "\(error); --root copies as root", cause: error)
        }
    }
}

/// A place to copy from or to.
enum CopyPlace: Equatable {
    case host(String)
    case guest(name: String, path: String)

    /// Reads `NAME:PATH`; a colon after a slash belongs to a path of this host.
    init(_ text: String) {
        let name = text.prefix { $0 != ":" && $0 != "/" }
        let rest = text[name.endIndex...]
        if !name.isEmpty, rest.hasPrefix(":") {
            self = .guest(name: String(name), path: String(rest.dropFirst()))
        } else {
            self = .host(text)
        }
    }

    var hostPath: FilePath? { if case .host(let path) = self { FilePath(path) } else { nil } }
    var guestPath: String? { if case .guest(_, let path) = self { path } else { nil } }
    var machine: String? { if case .guest(let name, _) = self { name } else { nil } }
}
