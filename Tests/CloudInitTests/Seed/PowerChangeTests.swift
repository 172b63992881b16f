import CloudInit
import Testing

@Suite struct PowerChangeTests {
    private static let multipart = """
        Content-Type: multipart/mixed; boundary="part"
        MIME-Version: 1.0

        --part
        Content-Type: text/x-shellscript

        #!/bin/sh
        power_state: {mode: halt}
        --part
        Content-Type: text/cloud-config

        power_state: {mode: halt}
        --part
        Content-Type: text/cloud-config

        power_state: {mode: poweroff}
        --part--

        """

    @Test(arguments: [
        ("#cloud-config\npower_state: {mode: poweroff}\n", PowerChange(.powerOff)),
        ("#cloud-config\npower_state:\n  mode: reboot\n  delay: now\n", PowerChange(.reboot)),
        ("\n\n#Cloud-Config\npower_state: {mode: halt}\n", PowerChange(.halt)),
        ("#cloud-config\npower_state: {mode: poweroff, delay: 5}\n", PowerChange(.powerOff, delay: .seconds(300))),
        ("#cloud-config\npower_state: {mode: reboot, delay: '+1'}\n", PowerChange(.reboot, delay: .seconds(60))),
        ("#cloud-config\npower_state: {mode: poweroff, condition: true}\n", PowerChange(.powerOff)),
        ("#cloud-config\npower_state: {mode: poweroff, condition: false}\n", nil),
        (
            "#cloud-config\npower_state: {mode: poweroff, condition: test -e /marker}\n",
            PowerChange(.powerOff, isConditional: true)
        ),
        (
            "#cloud-config\npower_state: {mode: reboot, condition: [test, -e, /marker]}\n",
            PowerChange(.reboot, isConditional: true)
        ),
        (multipart, PowerChange(.powerOff)),
        (
            "#cloud-config-archive\n- '#!/bin/sh'\n- content: |\n    #cloud-config\n    power_state: {mode: reboot}\n",
            PowerChange(.reboot)
        ),
        ("## template: jinja\n#cloud-config\npower_state: {mode: poweroff}\n", PowerChange(.powerOff)),
        (
            "## template: jinja\n#cloud-config\nhostname: {{ v1.x }}\n{% if v1.y %}\npower_state: {mode: poweroff}\n"
                + "{% endif %}\n",
            PowerChange(.powerOff, isConditional: true)
        ),
        ("#cloud-config\npower_state: {delay: now}\n", nil), ("#cloud-config\n{}\n", nil),
        ("#!/bin/sh\npoweroff\n", nil), ("#cloud-config\na: [b\n", nil), ("power_state: {mode: reboot}\n", nil),
    ])
    func `what a user-data does to the power is read`(userData: String, change: PowerChange?) {
        #expect(PowerChange(userData: userData) == change)
    }
}
