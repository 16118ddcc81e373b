"""The mark of a restored system: nothing leaves it by itself until somebody releases it (rule 4, row S09)."""

from django.db import models


class Hold(models.Model):
    """One row, or none. It comes with the restored rows in one transaction, so no worker runs between the two."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    held_at = models.DateTimeField()
    backed_up_at = models.DateTimeField()  # what waits since before then was perhaps sent by the system backed up

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="hold_once")]
