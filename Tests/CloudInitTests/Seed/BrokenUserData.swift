import CloudInit
import Testing

/// A user-data with one fault, and what must be said of it.
struct BrokenUserData: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var severity: SeedFinding.Severity = .error
    /// Nil when the fault is of the whole file.
    let line: Int?
    let message: String
    let hint: String

    var testDescription: String { name }

    static let all: [BrokenUserData] = [
        .init(
            name: "no header",
            text: "packages:\n  - git\n",
            line: 1,
            message: "the first line does not say what the file is",
            hint: "make #cloud-config the first line",
        ),
        .init(
            name: "a space in the header",
            text: "# cloud-config\npackages: [git]\n",
            line: 1,
            message: "cloud-init does not know the first line \"# cloud-config\"",
            hint: "write exactly #cloud-config",
        ),
        .init(
            name: "the header below a comment",
            text: "# my machine\n#cloud-config\npackages: [git]\n",
            line: 1,
            message: "is on line 2",
            hint: "move #cloud-config above this line",
        ),
        .init(
            name: "a byte order mark",
            text: "\u{FEFF}#cloud-config\npackages: [git]\n",
            line: 1,
            message: "byte order mark",
            hint: "without a byte order mark",
        ),
        .init(
            name: "a tab",
            text: "#cloud-config\npackages:\n\t- git\n",
            line: 3,
            message: "is not valid YAML",
            hint: "indent with spaces, not with tabs",
        ),
        .init(
            name: "a wrong indentation",
            text: "#cloud-config\nusers:\n  - name: anna\n    shell: /bin/bash\n   sudo: true\n",
            line: 5,
            message: "is not valid YAML",
            hint: "indent this line like",
        ),
        .init(
            name: "an unknown key",
            text: "#cloud-config\nhostname: a\npackage:\n  - git\n",
            line: 3,
            message: "no key \"package\"",
            hint: "write packages",
        ),
        .init(
            name: "a key twice",
            text: "#cloud-config\nruncmd: [a]\nhostname: x\nruncmd: [b]\n",
            line: 4,
            message: "\"runcmd\" occurs twice",
            hint: "put both into one",
        ),
        .init(
            name: "a list that is a string",
            text: "#cloud-config\npackages: git\n",
            line: 2,
            message: "packages must be a list, but is a string",
            hint: "\"- git\" on a line of its own",
        ),
        .init(
            name: "a command that YAML takes for a mapping",
            text: "#cloud-config\nruncmd:\n  - echo ok\n  - echo state: ready\n",
            line: 4,
            message: "runcmd[1] must be a string or a list, but is a mapping",
            hint: "put the whole command in quotes",
        ),
        .init(
            name: "a user that nobody can log in as",
            text: "#cloud-config\nusers:\n  - default\n  - name: anna\n    shell: /bin/bash\n",
            severity: .warning,
            line: 4,
            message: "the user anna has neither key nor password",
            hint: "add ssh_authorized_keys",
        ),
        .init(
            name: "users without the default one",
            text: "#cloud-config\nusers:\n  - name: anna\n    ssh_authorized_keys: [ssh-ed25519 AAAAC3 a]\n",
            severity: .warning,
            line: 3,
            message: "leaves out the image's default user",
            hint: "add \"- default\"",
        ),
        .init(
            name: "a private key",
            text: "#cloud-config\nssh_authorized_keys:\n  - |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n",
            line: 3,
            message: "this is a private key",
            hint: ".pub",
        ),
        .init(
            name: "a key's file name",
            text: "#cloud-config\nssh_authorized_keys: [~/.ssh/id_ed25519.pub]\n",
            line: 2,
            message: "is a file name, not a key",
            hint: "the content of the file",
        ),
        .init(
            name: "power_state without a mode",
            text: "#cloud-config\npower_state:\n  delay: now\n",
            line: 3,
            message: "power_state lacks \"mode\"",
            hint: "mode: ...",
        ),
        .init(
            name: "power_state with a mode that is none",
            text: "#cloud-config\npower_state: {mode: shutdown}\n",
            line: 2,
            message: "power_state.mode cannot be \"shutdown\"",
            hint: "poweroff, reboot, halt",
        ),
        .init(
            name: "power_state with an unquoted off",
            text: "#cloud-config\npower_state:\n  mode: off\n",
            line: 3,
            message: "power_state.mode must be",
            hint: "YAML reads an unquoted off as true or false",
        ),
        .init(
            name: "power_state with seconds",
            text: "#cloud-config\npower_state:\n  mode: poweroff\n  delay: 30s\n",
            line: 4,
            message: "it counts minutes",
            hint: "now, or a number of minutes",
        ),
        .init(
            name: "a decimal mode",
            text: "#cloud-config\nwrite_files:\n  - path: /etc/a\n    permissions: 644\n",
            line: 4,
            message: "permissions 644 without quotes is a decimal number",
            hint: "write \"0644\", in quotes",
        ),
        .init(
            name: "a written file without a path",
            text: "#cloud-config\nwrite_files:\n  - pth: /etc/a\n    content: b\n",
            line: 3,
            message: "write_files[0] has no key \"pth\"",
            hint: "write path",
        ),
        .init(
            name: "a hash that is none",
            text: "#cloud-config\nusers:\n  - default\n  - name: anna\n    lock_passwd: false\n    passwd: secret\n",
            line: 6,
            message: "the password of anna is not a hash",
            hint: "plain_text_passwd",
        ),
        .init(
            name: "a locked password",
            text: "#cloud-config\nusers:\n  - default\n  - name: anna\n    plain_text_passwd: secret\n",
            severity: .warning,
            line: 5,
            message: "stays locked",
            hint: "lock_passwd: false",
        ),
        .init(
            name: "a host name with an underscore",
            text: "#cloud-config\nhostname: my_host\n",
            line: 2,
            message: "underscore",
            hint: "hyphens",
        ),
        .init(
            name: "a script with Windows line ends",
            text: "#!/bin/sh\r\necho hello\r\n",
            line: 1,
            message: "has Windows line endings",
            hint: "Unix line endings",
        ),
        .init(
            name: "a list for the whole",
            text: "#cloud-config\n- packages\n",
            line: 2,
            message: "cloud-config must be a mapping, but this is a list",
            hint: "key: value",
        ),
        .init(
            name: "a template of nothing",
            text: "## template: jinja\npackages: [git]\n",
            line: 2,
            message: "does not say what it renders to",
            hint: "write #cloud-config",
        ),
        .init(
            name: "an include of a word",
            text: "#include\nhttps://example.org/a\nnot-a-url\n",
            line: 3,
            message: "\"not-a-url\" is not a URL",
            hint: "one URL per line",
        ),
        .init(
            name: "a fault inside a part of a message",
            text: """
                Content-Type: multipart/mixed; boundary="==p=="
                MIME-Version: 1.0

                --==p==
                Content-Type: text/x-shellscript

                #!/bin/sh
                echo hello
                --==p==
                Content-Type: text/cloud-config

                #cloud-config
                packges: [git]
                --==p==--

                """,
            line: 13,
            message: "no key \"packges\"",
            hint: "write packages",
        ),
        .init(
            name: "a part of a type that nobody handles",
            text: """
                Content-Type: multipart/mixed; boundary="==p=="
                MIME-Version: 1.0

                --==p==
                Content-Type: text/cloudconfig

                #cloud-config
                --==p==--

                """,
            line: 4,
            message: "no handler for a part of type text/cloudconfig",
            hint: "write text/cloud-config",
        ),
    ]
}
