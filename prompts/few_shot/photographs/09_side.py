# On which side of the picture is the clock?
def execute_command(image):
    clock = find(image, "clock")[0]
    if clock.x < image.width / 2:
        return "left"
    return "right"
